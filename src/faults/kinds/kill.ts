import type { CallFault } from '../rule.ts';
import type { FaultKind } from './effect.ts';

/** `kill`: the process dies by SIGKILL at this call, before or after its effect. */
export const kill: FaultKind<Extract<CallFault, { kind: 'kill' }>> = ({ moment }) =>
  moment === 'before' ? { entry: { kill: true } } : { entry: { atExit: true }, exit: () => ({ kill: true }) };
