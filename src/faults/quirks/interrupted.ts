import { isInterruptible } from '../eintr.ts';
import { injectError } from '../kinds/error.ts';
import type { QuirkKind } from './quirk.ts';

/** A call that may sleep fails with EINTR, where some signal could bring that about. */
export const interrupted: QuirkKind = {
  interrupts: true,
  start: () => ({
    concerns: (facts) => facts.situation().canBlock,
    effect(moment) {
      const { call, facts, handlers, realism } = moment;
      const isTrue = realism === 'any' || isInterruptible(facts.name, facts.fdKind, handlers.of(call.task));
      return isTrue ? injectError('EINTR', moment) : undefined;
    },
  }),
};
