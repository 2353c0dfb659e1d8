import { CONDITION_WORDS, fieldsOfConditions, readCondition } from './condition-fields.ts';
import { BadField, type Field } from './field.ts';
import { type AnyFaultKind, FAULT_KINDS, type Fault, kindOfWord, partsOfFault } from './kinds/index.ts';
import { nearest } from './nearest.ts';
import type { Rule } from './rule.ts';
import type { RuleDraft } from './rule-draft.ts';

/** Makes a rule of its fields. Throws BadField with the reasons for all of them that can't be. */
export function ruleFromFields(syscalls: string, fields: readonly Field[]): Rule {
  const draft: RuleDraft = {
    selector: { syscalls, count: 'task' },
    fault: {},
    semantics: 'kernel',
    realism: 'likely',
  };
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const field of fields) {
    try {
      readField(field, draft, seen);
    } catch (error) {
      if (!(error instanceof BadField)) throw error;
      problems.push(error.message);
    }
  }
  // What can't be said together is told where all that was said is known.
  const clash = problems.length === 0 ? problemTogether(draft) : undefined;
  if (clash !== undefined) problems.push(clash);
  if (problems.length > 0) throw new BadField(problems.join('; '));
  return draft;
}

/** The fields that `ruleFromFields` makes this rule of, in one fixed order, so that equal rules give equal text. */
export function fieldsOfRule(rule: Rule): Field[] {
  return [...fieldsOfFault(rule.fault), ...fieldsOfConditions(rule)];
}

/** The fields that say what is done to a call. */
export function fieldsOfFault(fault: Fault): Field[] {
  return partsOfFault(fault).map(({ kind, value }) => ({ name: kind.word, value: kind.print(value) }));
}

function readField(field: Field, draft: RuleDraft, seen: Set<string>): void {
  const { name, value } = field;
  const kind = kindOfWord(name);
  // strace: of several `when=` the last one holds; of several conditions on arguments all do.
  if (seen.has(name) && name !== 'when' && !name.startsWith('arg')) throw new BadField(`'${name}' is given twice`);
  seen.add(name);
  if (kind === undefined) {
    if (readCondition(field, draft)) return;
    const near = nearest(name, [...FAULT_KINDS.map(({ word }) => word), ...CONDITION_WORDS]);
    throw new BadField(`'${name}' is not a field of a rule${near === undefined ? '' : `: did you mean ${near}?`}`);
  }
  const other = kind.call && callKind(draft.fault);
  if (other) throw new BadField(`${name} can't go with ${other.word}`);
  Object.assign(draft.fault, { [name]: kind.read(value) });
}

/** The kind that says what becomes of the call itself. */
function callKind(fault: Fault): AnyFaultKind | undefined {
  return partsOfFault(fault).find(({ kind }) => kind.call !== undefined)?.kind;
}

/** What can't be said together, because no call could meet both. */
function problemTogether({ selector, fault }: RuleDraft): string | undefined {
  const parts = partsOfFault(fault);
  if (!parts.some(({ kind }) => kind.apply)) return 'it has no fault: add one, such as error=EIO';
  const call = callKind(fault);
  const needing = parts.find(({ kind }) => kind.needsCall);
  if (needing && call?.call === 'prevented') {
    return `${needing.kind.word} needs a call that happens, which ${call.word} prevents`;
  }
  const early = selector.result && parts.find(({ kind, value }) => kind.isEarly(value));
  return early && `a condition on the result can't go with ${early.kind.word}, which comes before there is a result`;
}
