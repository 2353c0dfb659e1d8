import { type DecisionKey, decisionKey, drawIndex } from '../decisions.ts';
import { entriesOf, fingerprint, inOrder } from './directory-entries.ts';
import type { QuirkKind } from './quirk.ts';

/**
 * The entries that one getdents64 returns come in another order. It is the same for the same entries, so that a program
 * that reads a directory twice gets it twice alike, and each program the same.
 */
export const directoryOrder: QuirkKind = {
  start(seed) {
    // The order is the file system's: no task has one of its own.
    const key = decisionKey(seed, 'directory-order', '');
    return {
      concerns: ({ name }) => name === 'getdents64',
      effect: () => ({
        entry: { atExit: true },
        exit(call) {
          const entries = entriesOf(call);
          if (entries.length < 2) return undefined;
          const order = shuffled(entries.length, key, fingerprint(entries));
          return { writes: [{ address: call.args.unsigned(1), bytes: inOrder(entries, order) }] };
        },
      }),
    };
  },
};

/** The numbers below `count` in an order that the key and the ordinal decide (Fisher and Yates). */
export function shuffled(count: number, key: DecisionKey, ordinal: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = drawIndex(key, ordinal, last + 1, last);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
