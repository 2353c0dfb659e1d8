import { injectError } from '../kinds/error.ts';
import type { QuirkKind } from './quirk.ts';

/** The close of a file that was open for writing reports EIO: no other close has anything to tell of. */
export const lateWriteError: QuirkKind = {
  start: () => ({
    concerns: ({ name, descriptor }) =>
      name === 'close' && descriptor?.kind === 'file' && descriptor.isOpenForWriting === true,
    effect: (moment) => injectError('EIO', moment),
  }),
};
