import { LaunchError } from '../../linux/gated-process.ts';
import { traceFilter } from '../../linux/seccomp-filter.ts';
import { exitStatusOf, hasExited, termSignalOf } from '../../linux/wait-status.ts';
import type { Death, RunEnd } from '../../model/sweep.ts';
import { launchError } from '../../run/command/launch-error.ts';
import { signalName } from '../../syscalls/signals.ts';
import { NO_RECORDER } from '../../tracer/event-recorder.ts';
import type { Following } from '../../tracer/following.ts';
import type { Policy } from '../../tracer/policy.ts';
import type { ProcessDeath } from '../../tracer/process-deaths.ts';
import { StopLoop, type StopLoopOptions } from '../../tracer/stop-loop.ts';
import { StackTracer } from '../../tracer/unwind/stack-tracer.ts';

const FOLLOWING: Following = { method: 'seccomp', tree: true };
const SIGKILL = 9;
/** Frames of a stack. */
const MAX_FRAMES = 256;

/** What a run has come to by itself. */
export interface TracedRun {
  /** The wait status of the command. */
  readonly status: number;
  readonly deaths: readonly Death[];
}

/** Runs of a command by the stop loop, one after another: what was made for one is good for the next. */
export class TracedRuns {
  readonly #file: string;
  readonly #filters = new Map<string, Uint8Array>();
  #tracer: StackTracer | undefined;

  /** `file`: the command's, for its error. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Follows to its end what `begin` launches by the loop, or has it adopt. Throws a RenacerError if the command can't be started. */
  follow(policy: Policy, begin: (loop: StopLoop) => void, turns?: StopLoopOptions['turns']): TracedRun {
    const loop = new StopLoop(FOLLOWING, NO_RECORDER, policy, { keepsWakeupTask: true, isPinned: true, turns });
    try {
      begin(loop);
      // It was launched, so there is a status.
      return { status: loop.run()!, deaths: loop.deaths.all.flatMap(deathOf) };
    } catch (error) {
      if (!(error instanceof LaunchError)) throw error;
      throw launchError(this.#file, { kind: 'launch-failed', step: error.step, code: error.code });
    }
  }

  /** The filter by which these calls stop. */
  filterOf(armed: Policy['armed']): Uint8Array {
    const key = armed === 'all' ? armed : [...armed].sort((a, b) => a - b).join();
    const filter = this.#filters.get(key) ?? traceFilter(armed);
    this.#filters.set(key, filter);
    return filter;
  }

  /** One for all runs: what it has read of programs and their debug files is good for the next. */
  stackTracer(): StackTracer {
    this.#tracer ??= new StackTracer(MAX_FRAMES, true, true);
    this.#tracer.begin();
    return this.#tracer;
  }

  /** What was read of programs (of node 30 MiB) comes again when there is use for it. */
  forgetPrograms(): void {
    this.#tracer = undefined;
  }
}

/** How a run has ended. `isToBeKilled`: it has met a fault that kills the whole tree. */
export function endOf(status: number, isToBeKilled: boolean): RunEnd {
  if (hasExited(status)) return { kind: 'exited', status: exitStatusOf(status) };
  const signal = termSignalOf(status);
  return signal === SIGKILL && isToBeKilled ? { kind: 'killed' } : { kind: 'signalled', signal: signalName(signal) };
}

/** Crashes alone: of a signal that somebody has sent, nothing is told here. */
function deathOf({ crash, signal, isCommand }: ProcessDeath): Death[] {
  if (!crash) return [];
  return [{ program: crash.program, signal: signalName(signal), isRoot: isCommand, stack: crash.stack }];
}
