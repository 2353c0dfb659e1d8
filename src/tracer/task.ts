/** A thread of the target, as the tracer knows it. */
export class Task {
  tid: number;
  tgid: number;
  /** The path of births: `0` is the command itself, `0.1` the first task that it made. */
  lineage: string;
  /** Its process, or one that this descends from, ran before it was traced: it is left running when the trace ends. */
  attached = false;
  /** How many tasks it has made. */
  births = 0;
  /** How many system calls it has entered, of those that stop. */
  calls = 0;
  /** The same by number: an ordinal that does not depend on what else is armed. */
  readonly #callsByNumber = new Map<number, number>();

  /** Past the dynamic loader: it has come to the program's own entry point since the last execve. */
  atHome = false;

  /** Inside a call whose exit stop is asked for. */
  awaitsExit = false;
  /** The call that it is in (or was in last). */
  nr = -1;
  abi = 0;
  enteredAt = 0;
  stackPointer = 0;
  /** What was done to that call: FLAG bits of its record. */
  flags = 0;
  /** Whether the entry of that call was written to the ring. */
  recorded = false;
  /** Whether the policy wants to see the exit of that call. */
  policyAtExit = false;

  /** Signals that it was sent by a policy, and that have not arrived. */
  readonly sentSignals: Set<number> = new Set();

  /** Whether its argument registers were changed, and must be put back. */
  argsChanged = false;
  /** In a call that undoes another: the registers to go on with. */
  undoing: BigUint64Array | undefined;
  /** Its arguments and its ordinal, kept for the exit stop. */
  readonly args: Uint32Array = new Uint32Array(12);
  ordinal = 0;

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

  keepArgs(words: Uint32Array, ordinal: number): void {
    this.args.set(words);
    this.ordinal = ordinal;
  }

  /** The lineage of the next task that this one makes. */
  nextBirth(): string {
    this.births += 1;
    return `${this.lineage}.${this.births}`;
  }
}
