import * as decisions from '../tracer/decisions.ts';
import type { EntryDecision, ExitDecision, StoppedCall } from '../tracer/policy.ts';
import type { Task } from '../tracer/task.ts';
import type { Effect } from './kinds/moment.ts';
import { withWrites } from './written-call.ts';

type AtExit = NonNullable<Effect['exit']>;

/** What is still to be done to the calls that tasks are in, when they come back. */
export class CallsUnderWay {
  readonly #atExit = new Map<Task, readonly AtExit[]>();

  /** The decision at the entry, for a call whose faults have these parts. */
  add(task: Task, entry: EntryDecision | undefined, exits: readonly (AtExit | undefined)[]): EntryDecision | undefined {
    const atExit = exits.filter((exit) => exit !== undefined);
    if (atExit.length === 0) return entry;
    this.#atExit.set(task, atExit);
    return { ...entry, atExit: true };
  }

  /** The decision at the exit. */
  comesBack(call: StoppedCall): ExitDecision | undefined {
    const atExit = this.#atExit.get(call.task);
    this.#atExit.delete(call.task);
    let exit: ExitDecision | undefined;
    for (const ask of atExit ?? []) {
      // One fault builds on another: it sees the memory as the one before leaves it.
      exit = mergeExits(exit, ask(exit?.writes ? withWrites(call, exit.writes) : call));
    }
    return exit;
  }

  forget(task: Task): void {
    this.#atExit.delete(task);
  }
}

/** What is decided already, and one effect more, as the trace marks it. */
export function mergeEntries(a: EntryDecision | undefined, b: EntryDecision | undefined): EntryDecision | undefined {
  return decisions.mergeEntries(a, b && markEntry(b));
}

export function mergeExits(a: ExitDecision | undefined, b: ExitDecision | undefined): ExitDecision | undefined {
  return decisions.mergeExits(a, b && markExit(b));
}

/** The trace marks what the kernel would not have done; a signal and a delay are seen by themselves. */
function markEntry(entry: EntryDecision): EntryDecision {
  const { result, syscall, args, writes, injected, poked } = entry;
  return {
    ...entry,
    injected: injected ?? (result !== undefined || syscall !== undefined),
    poked: poked ?? (injected !== true && syscall === undefined && (args !== undefined || hasBytes(writes))),
  };
}

function markExit(exit: ExitDecision): ExitDecision {
  const { result, undo, writes, injected, poked } = exit;
  return {
    ...exit,
    injected: injected ?? (result !== undefined || undo !== undefined),
    poked: poked ?? hasBytes(writes),
  };
}

function hasBytes(writes: EntryDecision['writes']): boolean {
  return writes !== undefined && writes.length > 0;
}

/** What an effect of the entry is at the exit: a delay, a signal and a death can come then as well. */
export function atExitOf(entry: EntryDecision | undefined): ExitDecision | undefined {
  if (!entry) return undefined;
  const { result, signals, delayMs, kill, writes } = entry;
  return {
    ...(result !== undefined && { result }),
    ...(signals && { signals }),
    ...(delayMs !== undefined && { delayMs }),
    ...(kill && { kill }),
    ...(writes && { writes }),
  };
}
