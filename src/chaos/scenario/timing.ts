import type { PhaseOf } from '../../model/scenario.ts';

/** Whether it is over as soon as it has begun: a signal, a command, a restart without an end. */
export function isMoment({ action, forMs, until }: Pick<PhaseOf<unknown>, 'action' | 'forMs' | 'until'>): boolean {
  if (action === undefined || action.kind === 'pause') return false;
  return forMs === undefined && until === undefined;
}

/** How often it may begin, at most. */
export function timesOf({ times, everyMs }: Pick<PhaseOf<unknown>, 'times' | 'everyMs'>): number {
  return times ?? (everyMs ? Number.POSITIVE_INFINITY : 1);
}

/** Whether it is over at some time: for good, with all of its instances. */
export function endsByItself(phase: PhaseOf<unknown>): boolean {
  const hasEnd = isMoment(phase) || phase.forMs !== undefined || phase.until !== undefined;
  return hasEnd && timesOf(phase) < Number.POSITIVE_INFINITY;
}
