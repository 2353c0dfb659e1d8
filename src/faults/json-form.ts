/**
 * What the value of a field is in a configuration file, as data: the schema of the file is made of it, and TypeScript's
 * type of it. `allowed` ends the sentence "allowed: ...".
 */
export type JsonForm = TextForm | NumberForm | ChoiceForm<string> | TrueForm | EitherForm<JsonForm> | ListForm;

export interface TextForm {
  readonly type: 'text';
  readonly allowed: string;
  readonly pattern: RegExp;
}

export interface NumberForm {
  readonly type: 'number';
  readonly allowed: string;
  readonly whole: boolean;
  readonly min?: number;
  readonly max?: number;
}

/** One of a few words. */
export interface ChoiceForm<Word extends string> {
  readonly type: 'choice';
  readonly words: readonly Word[];
}

/** A word without a value: `true`. */
export interface TrueForm {
  readonly type: 'true';
}

export interface EitherForm<Form> {
  readonly type: 'either';
  readonly allowed: string;
  readonly forms: readonly [Form, Form];
}

/** One or more texts. */
export interface ListForm {
  readonly type: 'list';
  readonly of: TextForm;
}

/** The type of a value of this form. */
export type JsonOf<Form> = Form extends TextForm
  ? string
  : Form extends NumberForm
    ? number
    : Form extends ChoiceForm<infer Word>
      ? Word
      : Form extends TrueForm
        ? boolean
        : Form extends EitherForm<infer One>
          ? JsonOf<One>
          : readonly string[];

export function text(allowed: string, pattern: RegExp = /./): TextForm {
  return { type: 'text', allowed, pattern };
}

export function wholeNumber(allowed: string, min?: number): NumberForm {
  return { type: 'number', allowed, whole: true, ...(min !== undefined && { min }) };
}

export function numberBetween(min: number, max: number, allowed: string): NumberForm {
  return { type: 'number', allowed, whole: false, min, max };
}

export function choice<Word extends string>(words: readonly Word[]): ChoiceForm<Word> {
  return { type: 'choice', words };
}

export const TRUE: TrueForm = { type: 'true' };

export function either<A, B>(allowed: string, one: A, other: B): EitherForm<A | B> {
  return { type: 'either', allowed, forms: [one, other] };
}

export const DURATION: TextForm = text('a duration such as "100ms"', /^\d/);

/** Whether a value of this form may be text of any kind. */
export function takesText(form: JsonForm): boolean {
  return form.type === 'text' || (form.type === 'either' && form.forms.some(takesText));
}
