import type { EntryDecision, ExitDecision } from './policy.ts';

/**
 * Two decisions on one call as one. Effects add up: signals are all sent, delays follow each other, memory and arguments are all
 * changed. Of several results, calls and undoings the first counts, and so does the first value of an argument.
 */
export function mergeEntries(a: EntryDecision | undefined, b: EntryDecision | undefined): EntryDecision | undefined {
  if (!a || !b) return a ?? b;
  return {
    ...b,
    ...a,
    ...sums(a, b),
    ...((a.args || b.args) && { args: [...(b.args ?? []), ...(a.args ?? [])] }),
    ...((a.atExit || b.atExit) && { atExit: true }),
    ...((a.killsTree || b.killsTree) && { killsTree: true }),
  };
}

/** The same of a call that comes back. */
export function mergeExits(a: ExitDecision | undefined, b: ExitDecision | undefined): ExitDecision | undefined {
  if (!a || !b) return a ?? b;
  return { ...b, ...a, ...sums(a, b) };
}

/** Whether the call that a task has asked for is not made. */
export function preventsCall({ result, syscall, kill }: EntryDecision): boolean {
  return result !== undefined || syscall !== undefined || kill === true;
}

type Common = Pick<EntryDecision & ExitDecision, 'writes' | 'signals' | 'delayMs' | 'kill' | 'injected' | 'poked'>;

function sums(a: Common, b: Common): Common {
  return {
    // In this order: the second may build on the first.
    ...((a.writes || b.writes) && { writes: [...(a.writes ?? []), ...(b.writes ?? [])] }),
    ...((a.signals || b.signals) && { signals: [...(a.signals ?? []), ...(b.signals ?? [])] }),
    ...((a.delayMs !== undefined || b.delayMs !== undefined) && { delayMs: (a.delayMs ?? 0) + (b.delayMs ?? 0) }),
    ...((a.kill || b.kill) && { kill: true }),
    ...((a.injected || b.injected) && { injected: true }),
    ...((a.poked || b.poked) && { poked: true }),
  };
}
