import { TaskState } from './task-state.ts';

/** A thread of the target, as the tracer knows it. */
export class Task {
  tid: number;
  tgid: number;
  /** The path of forks: `0` is the command itself, `0.1` the first task that it made. */
  lineage: string;
  readonly state: TaskState = new TaskState();
  /** How many tasks it has made. */
  forks = 0;
  /** How many system calls it has entered, of those that stop. */
  calls = 0;
  /** The same by number: an ordinal that does not depend on what else is armed. */
  readonly #callsByNumber = new Map<number, number>();

  /** The call that it is in (or was in last), with its arguments and its ordinal. */
  nr = -1;
  abi = 0;
  enteredAt = 0;
  stackPointer = 0;
  readonly args: Uint32Array = new Uint32Array(12);
  ordinal = 0;
  /** What was done to that call: FLAG bits of its record. */
  flags = 0;

  /** Signals that it was sent by a policy, and that have not arrived. */
  readonly sentSignals: Set<number> = new Set();

  constructor(tid: number, tgid: number, lineage: string) {
    this.tid = tid;
    this.tgid = tgid;
    this.lineage = lineage;
  }

  /** Counts a call; returns which call of this number it is in this task, from 1. */
  count(nr: number): number {
    this.calls += 1;
    const ordinal = (this.#callsByNumber.get(nr) ?? 0) + 1;
    this.#callsByNumber.set(nr, ordinal);
    return ordinal;
  }

  /** How many calls of this number it has entered, of those that stop. */
  callsOf(nr: number): number {
    return this.#callsByNumber.get(nr) ?? 0;
  }

  /** Counts calls that nobody had to look at. */
  countMore(nr: number, calls: number): void {
    this.calls += calls;
    this.#callsByNumber.set(nr, (this.#callsByNumber.get(nr) ?? 0) + calls);
  }

  /** By number: how many calls it has made. */
  get callCounts(): ReadonlyMap<number, number> {
    return this.#callsByNumber;
  }

  keepArgs(words: Uint32Array, ordinal: number): void {
    this.args.set(words);
    this.ordinal = ordinal;
  }

  /** The lineage of the next task that this one makes. */
  nextLineage(): string {
    this.forks += 1;
    return `${this.lineage}.${this.forks}`;
  }
}
