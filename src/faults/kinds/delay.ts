import type { FaultKind } from './effect.ts';

const NS_PER_MS = 1e6;

/** `delay_enter=T`: the task stands before the call. */
export const delayEnter: FaultKind<number> = (ns) => ({ entry: { delayMs: ns / NS_PER_MS } });

/** `delay_exit=T`: the task stands before it comes back from the call. */
export const delayExit: FaultKind<number> = (ns) => ({
  entry: { atExit: true },
  exit: () => ({ delayMs: ns / NS_PER_MS }),
});
