import { entriesOf, typePlaces } from './directory-entries.ts';
import type { QuirkKind } from './quirk.ts';

const DT_UNKNOWN = 0;

/** The entries that one getdents64 returns do not say of which type they are. */
export const unknownFileType: QuirkKind = {
  start: () => ({
    concerns: ({ name }) => name === 'getdents64',
    effect: () => ({
      entry: { atExit: true },
      exit(call) {
        const buffer = call.args.unsigned(1);
        const bytes = Uint8Array.of(DT_UNKNOWN);
        return { writes: typePlaces(entriesOf(call)).map((place) => ({ address: buffer + place, bytes })) };
      },
    }),
  }),
};
