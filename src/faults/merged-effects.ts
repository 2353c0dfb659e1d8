import type { EntryDecision, ExitDecision, StoppedCall } from '../tracer/policy.ts';
import type { Task } from '../tracer/task.ts';
import type { Effect } from './kinds/index.ts';

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
      const decision = ask(call);
      if (decision) exit = exit ? mergeExits(exit, decision) : { ...decision, injected: decision.injected ?? true };
    }
    return exit;
  }

  forget(task: Task): void {
    this.#atExit.delete(task);
  }
}

/** Effects add up; of several results the first counts. A delay alone is not marked as an injection. */
export function mergeEntries(a: EntryDecision | undefined, b: EntryDecision | undefined): EntryDecision | undefined {
  if (!a || !b) return withMark(a ?? b);
  return withMark({
    ...b,
    ...a,
    ...concatenated(a, b),
    ...(a.args || b.args ? { args: [...(b.args ?? []), ...(a.args ?? [])] } : {}),
    ...(a.kill || b.kill ? { kill: true } : {}),
  });
}

function withMark(entry: EntryDecision | undefined): EntryDecision | undefined {
  if (!entry) return undefined;
  const { result, args, syscall, writes, signals } = entry;
  return [result, args, syscall, writes, signals].some((part) => part !== undefined)
    ? { ...entry, injected: true }
    : entry;
}

export function mergeExits(a: ExitDecision, b: ExitDecision): ExitDecision {
  return { ...b, ...a, ...concatenated(a, b), ...(a.kill || b.kill ? { kill: true } : {}), injected: true };
}

/** The parts that both kinds of decision have in common. */
function concatenated(a: ExitDecision | EntryDecision, b: ExitDecision | EntryDecision): ExitDecision {
  return {
    ...(a.writes || b.writes ? { writes: [...(a.writes ?? []), ...(b.writes ?? [])] } : {}),
    ...(a.signals || b.signals ? { signals: [...(a.signals ?? []), ...(b.signals ?? [])] } : {}),
    ...(a.delayMs !== undefined || b.delayMs !== undefined ? { delayMs: (a.delayMs ?? 0) + (b.delayMs ?? 0) } : {}),
  };
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
