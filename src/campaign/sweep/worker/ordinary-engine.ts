import type { Recording } from '../../../faults/replay-file.ts';
import type { RunResult } from '../../../model/run-result.ts';
import type { CaseFault, Death, Observation, RunEnd } from '../../../model/sweep.ts';
import { runCommand } from '../../../run/run.ts';
import { syscallNumber } from '../../../syscalls/syscall-table.ts';
import type { Scene } from '../../worker/scene.ts';
import { variables } from '../../worker/variables.ts';
import { recordedFaults } from '../case-recording.ts';
import type { PerformOptions } from '../performer.ts';
import { TIMER_CALLS } from './pending-timers.ts';
import { SURE_LIMIT } from './spin-limits.ts';
import { TreeWatch } from './tree-watch.ts';
import { WatchedTree } from './watched-tree.ts';

/** Of who dies, so many are shown at most; a program that calls itself again and again has many. */
const MAX_FRAMES = 16;

/** Runs a subject as `renacer replay` does: by `runCommand`, with a recording of the faults. What is seen it tells as the warm engine. */
export class OrdinaryEngine {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Calls are never written down, nor how the struck processes end. Rejects with a RenacerError for what Renacer itself can't do. */
  async perform(faults: readonly CaseFault[], options: PerformOptions): Promise<Observation> {
    const { subject, workplace, stdio } = this.#scene;
    stdio.renew();
    const service = this.#scene.begin(options);
    const watch = new TreeWatch(options, service, SURE_LIMIT);
    const tree = new WatchedTree(watch);
    try {
      const [name, ...args] = subject.argv;
      const result = await runCommand(subject.file, args, {
        argv0: name,
        cwd: workplace.directory,
        env: variables(subject.env),
        stdio: stdio.fds,
        namespaces: workplace.namespaces,
        newSession: true,
        engine: 'ptrace',
        replay: faults.length === 0 ? undefined : recordingOf(faults, subject.argv),
        still: options.stillness,
        callSites: { frames: MAX_FRAMES, sources: true },
        trace: { select: watchedCalls(faults), onEvent: tree.onEvent },
        onStart: ({ pid }) => tree.begin(pid),
      });
      tree.stop();
      const facts = {
        end: watch.end ?? endOf(result, faults),
        injected: result.replay?.injected ?? 0,
        deaths: result.crashes.map(deathOf),
        struck: [],
        leftRunning: watch.leftRunning,
        denied: [],
        recorded: undefined,
        durationMs: result.durationMs,
      };
      return this.#scene.finish(facts, service, options);
    } finally {
      tree.stop();
    }
  }
}

/** Those that may spin, and those that set timers. */
function watchedCalls(faults: readonly CaseFault[]): number[] {
  return [...new Set([...faults.map(({ syscall }) => syscallNumber(syscall)!), ...TIMER_CALLS])];
}

function recordingOf(faults: readonly CaseFault[], command: readonly string[]): Recording {
  return { name: 'case', seed: 0, command, faults: recordedFaults(faults), networkFaults: [], torn: false };
}

function endOf({ exitCode, signal = 'SIGKILL' }: RunResult, faults: readonly CaseFault[]): RunEnd {
  if (exitCode !== undefined) return { kind: 'exited', status: exitCode };
  if (signal === 'SIGKILL' && faults.some(({ way }) => way === 'kill')) return { kind: 'killed' };
  return { kind: 'signalled', signal };
}

function deathOf({ program, signal, lineage, stack }: RunResult['crashes'][number]): Death {
  return { program, signal, isRoot: lineage === '0', stack };
}
