/**
 * One `:name=value` of a rule. The command line and the JSON form are two skins over a list of these, so that both
 * accept the same values and reject them for the same reasons. `value` is undefined for a bare word (`lost`).
 */
export interface Field {
  readonly name: string;
  readonly value: string | undefined;
}

/** Splits a condition such as `arg2&0x40` or `result>=0`, whose field name carries the operator. */
export const CONDITION: RegExp = /^(arg\d+(?:&|==)|result(?:>=|<=|==|!=|<|>))(.*)$/s;

/** Why one field of a rule is refused. It never leaves this room: the skins turn it into a RenacerError of their own. */
export class BadField extends Error {}
