import type { OwnCall } from './own-call.ts';

/** Whether a task runs, or what keeps it stopped. Only the door through which tasks are resumed (resumption.ts) changes it. */
export const RUN = {
  /** Resumed: it computes, waits for a CPU, or blocks in a call. */
  running: 0,
  /** At a stop that is being handled. */
  stopped: 1,
  /** At a stop that was handled: a delay of ours keeps it there. */
  held: 2,
  /** By job control, until SIGCONT. */
  jobStopped: 3,
  /** It has ended. */
  ended: 4,
  /** At a stop, handled or not: it is not its turn. */
  parked: 5,
} as const;
export type Run = (typeof RUN)[keyof typeof RUN];

/** Who waits for the exit stop of the call that a task is in: bits. */
export const EXIT_FOR = { recorder: 1, policy: 2, arguments: 4, turns: 8 } as const;

const NONE: readonly OwnCall[] = [];

/** What a tracer knows of a task's present, beside the call that it is in. */
export class TaskState {
  run: Run = RUN.running;
  /** Bits of {@link EXIT_FOR}; 0 if nobody needs the exit stop of its call. */
  exitFor = 0;
  /** In calls that undo another: the registers to go on with, and the calls that are still to be made. */
  undoing: BigUint64Array | undefined;
  ownCalls: readonly OwnCall[] = NONE;
  /** Signals that are sent when these are over. */
  signalsAfter: readonly number[] = [];
  /** It has not executed the command yet: what it does is ours. */
  launching = false;
  /** Its process, or one that this descends from, ran before it was traced: it is left running when the trace ends. */
  attached = false;
  /** It was stopped in the middle of what it did, at a request of ours: its next stop is due to that. */
  interrupted = false;
  /** It is to be detached at its next stop. */
  detaching = false;
  /** Past the dynamic loader: it has come to the program's own entry point since the last execve. */
  reachedEntryPoint = false;

  /** Inside a call whose exit stop is asked for. */
  get awaitsExit(): boolean {
    return this.exitFor !== 0;
  }

  /** Whether its registers are not the program's own, and will be put back. */
  get isTampered(): boolean {
    return (this.exitFor & EXIT_FOR.arguments) !== 0 || this.undoing !== undefined;
  }
}
