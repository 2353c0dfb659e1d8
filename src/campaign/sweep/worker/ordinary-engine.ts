import type { Recording } from '../../../faults/replay-file.ts';
import type { ResourceLimit } from '../../../linux/rlimits.ts';
import type { RunResult } from '../../../model/run-result.ts';
import type { CaseFault, Observation, RunEnd } from '../../../model/sweep.ts';
import { syscallNumber } from '../../../syscalls/syscall-table.ts';
import { deathsOf, ordinaryRun } from '../../worker/ordinary-run.ts';
import type { Scene } from '../../worker/scene.ts';
import { TIMER_CALLS } from '../../worker/watch/pending-timers.ts';
import { SURE_LIMIT } from '../../worker/watch/spin-limits.ts';
import { TreeWatch } from '../../worker/watch/tree-watch.ts';
import { recordedFaults } from '../case-recording.ts';
import type { PerformOptions } from '../performer.ts';

/** Of who dies, so many are shown at most; a program that calls itself again and again has many. */
const MAX_FRAMES = 16;

/** What a run meets beside faults. */
export interface FurtherAdversity {
  readonly schedule?: Recording['schedule'];
  readonly rlimits?: readonly ResourceLimit[];
}

/** Runs a subject as `renacer replay` does: by `runCommand`, with a recording of the faults. What is seen it tells as the warm engine. */
export class OrdinaryEngine {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Calls are never written down, nor how the struck processes end. Rejects with a RenacerError for what Renacer itself can't do. */
  async perform(
    faults: readonly CaseFault[],
    options: PerformOptions,
    { schedule, rlimits = [] }: FurtherAdversity = {},
  ): Promise<Observation> {
    this.#scene.stdio.renew();
    const service = this.#scene.begin(options);
    const watch = new TreeWatch(options, service, SURE_LIMIT);
    const result = await ordinaryRun(this.#scene, watch, watchedCalls(faults), {
      replay: faults.length === 0 && !schedule ? undefined : recordingOf(faults, schedule, this.#scene.subject.argv),
      rlimits,
      still: options.stillness,
      callSites: { frames: MAX_FRAMES, sources: true },
    });
    const facts = {
      end: watch.end ?? endOf(result, faults),
      injected: result.replay?.injected ?? 0,
      deaths: deathsOf(result),
      struck: [],
      leftRunning: watch.leftRunning,
      denied: [],
      recorded: undefined,
      durationMs: result.durationMs,
    };
    return this.#scene.finish(facts, service, options);
  }
}

/** Those that may spin, and those that set timers. */
function watchedCalls(faults: readonly CaseFault[]): number[] {
  return [...new Set([...faults.map(({ syscall }) => syscallNumber(syscall)!), ...TIMER_CALLS])];
}

function recordingOf(
  faults: readonly CaseFault[],
  schedule: Recording['schedule'],
  command: readonly string[],
): Recording {
  return { name: 'case', seed: 0, command, faults: recordedFaults(faults), networkFaults: [], schedule, torn: false };
}

function endOf({ exitCode, signal = 'SIGKILL' }: RunResult, faults: readonly CaseFault[]): RunEnd {
  if (exitCode !== undefined) return { kind: 'exited', status: exitCode };
  if (signal === 'SIGKILL' && faults.some(({ way }) => way === 'kill')) return { kind: 'killed' };
  return { kind: 'signalled', signal };
}
