import { callName } from '../../syscalls/syscall-table.ts';
import { ABIS } from '../record.ts';
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

/** Choices that may go to others while a task could go on, at first: then it is next. */
const ENDURANCE = 10_000;
/** Points in a row that a task may have while others wait, at first. */
const PATIENCE = 1000;

const RETURNS = ' returns';
const SLEEPS = ' sleeps';

/** Where a task stands in the order of turns. */
export class TaskTurn {
  readonly task: Task;
  phase: Phase = PHASE.coming;
  /** How many points it has come to. A call that may sleep has one more in reserve: whoever runs next if it sleeps is chosen there. */
  point = 0;
  /** What the last one is, beside a call: see {@link why}. */
  #word = '';
  /** What it is about, if that is known. */
  object = '';
  /** The stop that is still to be handled; 0 if it was. */
  status = 0;
  /** How it goes on if it was. */
  request = 0;
  signal = 0;
  /** It stands at the entry of a call. */
  entersCall = false;
  /** It stands at a point of its own code. */
  inCode = false;
  /** In a call that may sleep, or about to be. */
  inCall = false;
  /** It waits for a child that it has made by vfork(2), in a way that looks like waiting for a disk. */
  vforks = false;
  /** What can wake it while it sleeps in its call: see waking.ts. */
  awaits = 0;
  /** The call at whose entry it stands, or that it was in last. */
  nr = -1;
  abi = 0;
  readonly args: Uint32Array = new Uint32Array(12);
  /** It stands before a call that only sleeps. */
  sleeps = false;
  /** It was made to stop in what it computes. */
  interrupted = false;
  /** Points that it has come to in a row while it could go on and others could, too; and how many are too many. */
  streak = 0;
  patience: number = PATIENCE;
  /** Choices that have gone to others while it could go on; and how many are too many. */
  passedOver = 0;
  endurance: number = ENDURANCE;
  /** How many signals may have been sent in the tree before it came to its stop. */
  signalsBefore = 0;

  constructor(task: Task) {
    this.task = task;
  }

  /** It has come to another point. */
  at(word: string, object = ''): void {
    this.point += 1;
    this.#word = word;
    this.object = object;
    this.entersCall = false;
  }

  /** Or to the entry of a call. `args`: six words of 64 bits, from `offset` on. */
  atCall(nr: number, abi: number, args: Uint32Array, offset: number): void {
    this.at('');
    this.entersCall = true;
    this.nr = nr;
    this.abi = abi;
    for (let i = 0; i < 12; i++) this.args[i] = args[offset + i]!;
  }

  /** What the last point is: `openat`, `openat returns`, `openat sleeps`, `birth`. */
  get why(): string {
    const isOfCall = this.#word === '' || this.#word === RETURNS || this.#word === SLEEPS;
    return isOfCall ? `${callName({ nr: this.nr, abi: ABIS[this.abi]! })}${this.#word}` : this.#word;
  }

  comesBack(): void {
    this.at(RETURNS);
  }

  /** At the point that its call has in reserve. */
  fallsAsleep(): void {
    this.#word = SLEEPS;
    this.entersCall = false;
  }
}
