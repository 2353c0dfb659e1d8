import type { CallFault } from '../rule.ts';
import type { FaultKind } from './effect.ts';
import { errnoNumber } from './error.ts';

/** `after=ERRNO`: the call happens, then an error is reported. One that fails by itself keeps its own error. */
export const after: FaultKind<Extract<CallFault, { kind: 'after' }>> = ({ errno }) => ({
  entry: { atExit: true },
  exit: ({ result }) => (result.signed(0) < 0 ? undefined : { result: -errnoNumber(errno) }),
});
