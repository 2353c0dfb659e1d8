import type { Task } from '../task.ts';

export const PHASE = {
  /** A task that was made, and has not come to its first stop. */
  coming: 0,
  /** It has the turn, or its stop is being handled. */
  running: 1,
  /** It has lost the turn: it sleeps in a call, or has ended before the other threads of its process. */
  blocked: 2,
  /** At a stop: it could go on. */
  ready: 3,
  /** At a stop, but nobody may let it go on: a delay holds it, or job control has stopped it. */
  away: 4,
} as const;
export type Phase = (typeof PHASE)[keyof typeof PHASE];

/** Points in a row that a task may have while others wait; half as many each time that it does not give way by itself. */
const PATIENCE = 1000;
const LEAST_PATIENCE = 20;

/** Where a task stands in the order of turns. */
export class TaskTurn {
  readonly task: Task;
  phase: Phase = PHASE.coming;
  /** How many points it has come to. A call that may sleep has one more in reserve: whoever runs next if it sleeps is chosen there. */
  point = 0;
  /** What the last one is. */
  why = '';
  /** What it is about, if that is known. */
  object = '';
  /** The stop that is still to be handled; 0 if it was. */
  status = 0;
  /** How it goes on if it was. */
  request = 0;
  signal = 0;
  /** It stands at a point of its own code. */
  inCode = false;
  /** In a call that may sleep, or about to be. */
  inCall = false;
  /** It waits for a child that it has made by vfork(2), in a way that looks like waiting for a disk. */
  vforks = false;
  /** The call at whose entry it stands, or that it was in last. */
  nr = -1;
  abi = 0;
  readonly args: Uint32Array = new Uint32Array(12);
  /** It stands before a call that only sleeps. */
  sleeps = false;
  /** It was made to stop in what it computes. */
  interrupted = false;
  /** Choices that have gone to others while it could go on. */
  passedOver = 0;
  /** How long it had run at the last look, in ms; -1 if there was none since it went on. */
  ranMs = -1;
  #streak = 0;
  #patience = PATIENCE;

  constructor(task: Task) {
    this.task = task;
  }

  /** It has come to another point. */
  at(why: string, object = ''): void {
    this.point += 1;
    this.why = why;
    this.object = object;
  }

  /** It could go on, while others could too. True if it is time to let them. */
  outstays(): boolean {
    this.#streak += 1;
    if (this.#streak <= this.#patience) return false;
    this.#patience = Math.max(LEAST_PATIENCE, this.#patience >> 1);
    return true;
  }

  /** Another one has run. */
  gaveWay(): void {
    this.#streak = 0;
  }
}
