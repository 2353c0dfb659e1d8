import type { StoppedCall } from '../../tracer/policy.ts';
import type { QuirkKind } from './quirk.ts';

const FUTEX_COMMAND = 0x7f;
/** FUTEX_WAIT and FUTEX_WAIT_BITSET: those that futex(2) lets wake without a cause. */
const WAITS = [0, 9];

/** A wait on a futex comes back at once, as if it had been woken. */
export const spuriousWakeup: QuirkKind = {
  start: () => ({
    concerns: ({ call, name }) => name === 'futex' && isWait(call),
    effect: () => ({ entry: { result: 0 } }),
  }),
};

function isWait({ args }: StoppedCall): boolean {
  return WAITS.includes(args.u32(1) & FUTEX_COMMAND);
}
