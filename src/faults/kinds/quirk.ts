import type { CallFault } from '../rule.ts';
import type { FaultKind } from './effect.ts';

/** `quirk=NAME`: see quirks/. */
export const quirk: FaultKind<Extract<CallFault, { kind: 'quirk' }>> = ({ name, detail }, moment) => {
  const one = moment.quirks.of(name);
  return one.concerns(moment.facts, detail) ? one.effect(moment, detail) : undefined;
};
