import { FIELD_READERS, readConditionField } from './field-readers.ts';
import type { CallFault, Fault, FaultStart, Rule } from './rule.ts';
import { BadField, type Field, type RuleDraft } from './rule-draft.ts';

/** Makes a rule of its fields. Throws BadField with the reason for the first field that can't be. */
export function ruleFromFields(syscalls: string, fields: readonly Field[], defaultFrom: FaultStart): Rule {
  const draft: RuleDraft = {
    selector: { syscalls, count: 'task' },
    fault: {},
    semantics: 'kernel',
    from: defaultFrom,
    realism: 'likely',
  };
  const seen = new Set<string>();
  for (const field of fields) {
    if (readConditionField(field, draft)) continue;
    const reader = Object.hasOwn(FIELD_READERS, field.name) ? FIELD_READERS[field.name] : undefined;
    if (reader === undefined) throw new BadField(`'${field.name}' is not a field of a rule`);
    // strace: of several `when=` the last one holds; anything else may be said once.
    if (seen.has(field.name) && field.name !== 'when') throw new BadField(`'${field.name}' is given twice`);
    seen.add(field.name);
    reader(field.value, draft);
  }
  checkTogether(draft);
  return draft;
}

/** Kinds that leave the call to happen. */
const HAPPENS: readonly CallFault['kind'][] = ['short', 'after'];

/** What can't be said together, because no call could meet both. */
function checkTogether({ selector, fault }: RuleDraft): void {
  const { substitute: _, ...effects } = fault;
  if (Object.keys(effects).length === 0) throw new BadField('it has no fault: add one, such as error=EIO');
  const { call } = fault;
  if (fault.corrupt !== undefined && call !== undefined && !HAPPENS.includes(call.kind)) {
    throw new BadField(`corrupt needs a call that happens, which ${call.kind} prevents`);
  }
  if (selector.result === undefined) return;
  const early = earlyEffect(fault);
  if (early !== undefined) {
    throw new BadField(`a condition on the result can't go with ${early}, which comes before there is a result`);
  }
}

/** The first effect that a fault has before its call is over, or undefined. */
function earlyEffect({ call, ...fault }: Fault): string | undefined {
  if (call !== undefined && call.kind !== 'after' && !(call.kind === 'kill' && call.moment === 'after')) {
    return call.kind;
  }
  if (fault.signal !== undefined) return 'signal';
  if (fault.delayEnterNs !== undefined) return 'delay_enter';
  return fault.pokeEnter === undefined ? undefined : 'poke_enter';
}
