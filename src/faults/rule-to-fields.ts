import { printTime, printWord } from './inject-numbers.ts';
import type { CallFault, Fault, FaultStart, Poke, Rule, Selector } from './rule.ts';
import type { Field } from './rule-draft.ts';
import { printWhen } from './when.ts';

type Entry = readonly [name: string, value: string | number | undefined];

/**
 * The fields of a rule in one fixed order, so that equal rules give equal text: what makes of them the same rule
 * again. What is as it would be without saying so is left out.
 */
export function fieldsOfRule(rule: Rule, defaultFrom: FaultStart): Field[] {
  const entries: Entry[] = [
    ...selectorEntries(rule.selector),
    ['from', rule.from === defaultFrom ? undefined : rule.from],
    ['realism', rule.realism === 'likely' ? undefined : rule.realism],
  ];
  const words: Field[] = rule.semantics === 'strace' ? [{ name: 'strace', value: undefined }] : [];
  return [...fieldsOfFault(rule.fault), ...toFields(entries), ...words];
}

/** The fields that say what is done to a call. */
export function fieldsOfFault(fault: Fault): Field[] {
  const lost: Field[] = fault.call?.kind === 'lost' ? [{ name: 'lost', value: undefined }] : [];
  return [...lost, ...toFields(faultEntries(fault))];
}

function toFields(entries: readonly Entry[]): Field[] {
  return entries.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: `${value}` }]));
}

function faultEntries(fault: Fault): Entry[] {
  const { corrupt } = fault;
  return [
    ...(fault.call === undefined ? [] : callEntries(fault.call)),
    ['signal', fault.signal],
    ['syscall', fault.substitute],
    ['delay_enter', optional(fault.delayEnterNs, printTime)],
    ['delay_exit', optional(fault.delayExitNs, printTime)],
    ['poke_enter', optional(fault.pokeEnter, printPokes)],
    ['poke_exit', optional(fault.pokeExit, printPokes)],
    ['corrupt', corrupt && `${corrupt.amount}${corrupt.unit}${corrupt.amount === 1 ? '' : 's'},${corrupt.mode}`],
  ];
}

/** All but `lost`, which is a word without a value. */
function callEntries(call: CallFault): Entry[] {
  switch (call.kind) {
    case 'error':
    case 'after':
      return [[call.kind, call.errno]];
    case 'retval':
      return [['retval', printWord(call.value)]];
    case 'short':
      // A fraction between 0 and 1 always has a point or an exponent, which tells it from a number of bytes.
      return [['short', 'bytes' in call ? call.bytes : call.fraction]];
    case 'quirk':
      return [['quirk', call.detail === undefined ? call.name : `${call.name},${call.detail}`]];
    case 'kill':
      return [['kill', call.moment]];
    case 'lost':
      return [];
  }
}

function selectorEntries(selector: Selector): Entry[] {
  const { result } = selector;
  return [
    ['path', selector.path],
    ['fd', selector.fd],
    ...(selector.args ?? []).map(
      ({ arg, test, value }): Entry => [`arg${arg}${test === 'equal' ? '==' : '&'}`, printMask(value)],
    ),
    ...(result === undefined ? [] : [[`result${result.operator}`, `${result.value}`] satisfies Entry]),
    ['comm', selector.comm],
    ['task', selector.task],
    ['after-time', optional(selector.afterTimeNs, printTime)],
    ['prob', selector.probability],
    ['count', selector.count === 'task' ? undefined : selector.count],
    ['times', selector.times],
    ['when', optional(selector.when, printWhen)],
  ];
}

function optional<T>(value: T | undefined, print: (value: T) => string): string | undefined {
  return value === undefined ? undefined : print(value);
}

/** Masks and flags read better in hexadecimal, negative numbers (AT_FDCWD) do not. */
function printMask(value: bigint): string {
  return value >> 63n === 0n ? `0x${value.toString(16)}` : printWord(value);
}

/** strace takes a list of nothing but commas; so an empty list has a text, too. */
function printPokes(pokes: readonly Poke[]): string {
  return pokes.length === 0 ? ',' : pokes.map(({ arg, hex }) => `@arg${arg}=${hex}`).join(',');
}
