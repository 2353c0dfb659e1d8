import { BadField } from '../field.ts';
import { oneOf } from '../field-values.ts';
import { type TextForm, text } from '../json-form.ts';
import { QUIRK_KINDS } from '../quirks/index.ts';
import type { FaultKind } from './kind.ts';

interface QuirkWord {
  readonly name: string;
  readonly detail?: string;
}

/** `quirk=NAME[,DETAIL]`: the call misbehaves in a way of its own; see quirks/. */
export const quirk: FaultKind<'quirk', QuirkWord, TextForm> = {
  word: 'quirk',
  read(value = '') {
    const [, word = value, detail] = /^([a-z-]+),(.*)$/s.exec(value) ?? [];
    const name = oneOf('quirk', Object.keys(QUIRK_KINDS), word);
    const wanted = QUIRK_KINDS[name]!.detail;
    if (wanted === undefined && detail === undefined) return { name };
    if (detail !== undefined && wanted?.isRight(detail)) return { name, detail };
    throw new BadField(
      wanted === undefined
        ? `the quirk ${name} takes no value, not '${detail}'`
        : `the quirk ${name} takes a value, such as ${name},${wanted.example}, not '${value}'`,
    );
  },
  print: ({ name, detail }) => (detail === undefined ? name : `${name},${detail}`),
  json: {
    key: 'quirk',
    form: text('the name of a quirk such as "spurious-wakeup"', /^[a-z-]+(,\S+)?$/),
  },
  call: 'prevented',
  isEarly: () => true,
  apply({ name, detail }, moment) {
    const one = moment.quirks.of(name);
    return one.concerns(moment.facts, detail) ? one.effect(moment, detail) : undefined;
  },
};
