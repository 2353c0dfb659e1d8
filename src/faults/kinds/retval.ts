import type { CallFault } from '../rule.ts';
import { piecesOf, totalLength, transferOf } from './buffers.ts';
import type { FaultKind } from './effect.ts';

/** `retval=VALUE`: the call does not happen, and this value is reported. A count of bytes stays within the caller's buffer. */
export const retval: FaultKind<Extract<CallFault, { kind: 'retval' }>> = (
  { value },
  { call, facts, semantics, realism },
) => {
  const isCount = transferOf(facts.name) !== undefined;
  // As the program reads it: what is negative is no count.
  const count = BigInt.asIntN(64, value);
  if (isCount && realism !== 'any' && semantics !== 'strace' && count > totalLength(piecesOf(facts.name, call))) {
    return undefined;
  }
  return { entry: { result: value } };
};
