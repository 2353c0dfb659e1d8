import { error } from '../kinds/error.ts';
import type { QuirkKind } from './quirk.ts';

/** A call that may sleep fails with EINTR, unless all signal handlers of the program have it restarted. */
export const interrupted: QuirkKind = {
  interrupts: true,
  start: () => ({
    concerns: (facts) => facts.situation().canBlock,
    effect: (moment) => error({ kind: 'error', errno: 'EINTR' }, moment),
  }),
};
