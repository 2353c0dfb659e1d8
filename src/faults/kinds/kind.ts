import type { JsonForm } from '../json-form.ts';
import type { Effect, Moment } from './moment.ts';

/**
 * All that is known of one kind of fault: its word in a rule, how its value is read and printed, what a configuration
 * file says, what it can't go with, and what it does to a call. One file a kind; the list is in all.ts.
 */
export interface FaultKind<Word extends string, Value, Form extends JsonForm, Key extends string = Word> {
  readonly word: Word;
  /** The value of the text after `WORD=`; undefined for a word alone. Throws BadField with the reason. */
  read(text: string | undefined): Value;
  /** The text that is read as this value; undefined for a word alone. */
  print(value: Value): string | undefined;
  /** Its key in a configuration file, and what its value is there. */
  readonly json: { readonly key: Key; readonly form: Form };
  /** What becomes of the call itself by it: a rule says this once. `prevented`: the call is not made. */
  readonly call?: 'made' | 'prevented';
  /** It can't go with a word that prevents the call. */
  readonly needsCall?: true;
  /** Whether it acts before there is a result, so that it can't depend on one. */
  isEarly(value: Value): boolean;
  /** It may be given to `-e fault=` too, which takes what strace(1) does. */
  readonly ofFault?: true;
  /**
   * What it does to a call. Undefined where the kernel could not do this to this call: then the call goes on untouched,
   * and the rule has not fired. A word without this is no fault by itself.
   */
  apply?(value: Value, moment: Moment): Effect | undefined;
  /** What it makes of what the word does that says what becomes of the call. */
  alter?(value: Value, effect: Effect): Effect;
}
