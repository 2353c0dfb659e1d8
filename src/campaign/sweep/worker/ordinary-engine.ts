import type { Recording } from '../../../faults/replay-file.ts';
import { monotonicMs } from '../../../linux/clock.ts';
import { sendSignal } from '../../../linux/signals.ts';
import type { RunResult } from '../../../model/run-result.ts';
import type { CaseFault, Death, Observation, RunEnd } from '../../../model/sweep.ts';
import type { TraceEvent } from '../../../model/trace-event.ts';
import { runCommand } from '../../../run/run.ts';
import { syscallName, syscallNumber } from '../../../syscalls/syscall-table.ts';
import type { Scene } from '../../worker/scene.ts';
import { recordedFaults } from '../case-recording.ts';
import type { PerformOptions } from '../performer.ts';
import { TIMER_CALLS } from './pending-timers.ts';
import { SURE_LIMIT } from './spin-limits.ts';
import { tracedTasks } from './traced-tasks.ts';
import { TreeWatch } from './tree-watch.ts';

const SIGKILL = 9;
const SIGTERM = 15;
const MAX_FRAMES = 256;

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

/** Shows a watch, by the clock, the tree of a run that another thread traces, and does what it says. */
class WatchedTree {
  readonly #watch: TreeWatch;
  #root = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(watch: TreeWatch) {
    this.#watch = watch;
  }

  readonly onEvent = (event: TraceEvent): void => {
    if (event.kind === 'task-end' && event.lineage === '0') this.#watch.rootEnded();
    if (event.kind === 'syscall-entry' && TIMER_CALLS.includes(event.nr))
      this.#watch.timers.set(0, event, monotonicMs());
    if (event.kind === 'syscall-entry' && this.#watch.isSpin(syscallName(event.nr))) this.#killAll();
  };

  begin(root: number): void {
    this.#root = root;
    this.#watch.begin(monotonicMs());
    this.#timer = setInterval(() => {
      const measure = this.#watch.look(tracedTasks(), monotonicMs());
      if (measure === 'terminate') sendSignal(this.#root, SIGTERM);
      if (measure === 'kill') this.#killAll();
    }, this.#watch.lookMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #killAll(): void {
    for (const { tid, tgid } of tracedTasks()) if (tid === tgid) sendSignal(tgid, SIGKILL);
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

function variables(env: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    env.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}
