import { syscallEntry, syscallName } from '../../syscalls/syscall-table.ts';
import type { MemoryWrite, StoppedCall } from '../../tracer/policy.ts';
import { BadField } from '../field.ts';
import { type TextForm, text } from '../json-form.ts';
import { argumentBytes } from './buffers.ts';
import type { FaultKind } from './kind.ts';
import type { Moment } from './moment.ts';

const PATH_MAX = 4096;

/** Bytes that are written where argument `arg` (1 to 7) points; `hex` has two lower-case digits a byte. */
export interface Poke {
  readonly arg: number;
  readonly hex: string;
}

const FORM = text('"@argN=HEX", several with commas', /^@arg[1-7]=([0-9a-fA-F]{2})+(,@arg[1-7]=([0-9a-fA-F]{2})+)*$/);

/** `poke_enter=@argN=HEX`: bytes are written where an argument points, before the call. They stay. */
export const pokeEnter: FaultKind<'poke_enter', readonly Poke[], TextForm> = {
  word: 'poke_enter',
  read: (value) => readPokes('poke_enter', value),
  print: printPokes,
  json: { key: 'poke_enter', form: FORM },
  isEarly: () => true,
  apply(pokes, moment) {
    const there = possible(pokes, moment);
    return there.length === 0 ? undefined : { entry: { writes: writes(there, moment.call) } };
  },
};

/** `poke_exit=@argN=HEX`: the same when the call has come back. */
export const pokeExit: FaultKind<'poke_exit', readonly Poke[], TextForm> = {
  word: 'poke_exit',
  read: (value) => readPokes('poke_exit', value),
  print: printPokes,
  json: { key: 'poke_exit', form: FORM },
  isEarly: () => false,
  apply(pokes, moment) {
    const there = possible(pokes, moment);
    return there.length === 0
      ? undefined
      : { entry: { atExit: true }, exit: (call) => ({ writes: writes(there, call) }) };
  },
};

function readPokes(name: string, value = ''): Poke[] {
  if (value === '') throw new BadField(`${name} has no value`);
  const pokes = value
    .split(',')
    .filter((item) => item !== '')
    .map((item) => {
      const match = /^@arg([1-7])=((?:[0-9a-fA-F]{2})+)$/.exec(item);
      if (match === null)
        throw new BadField(`${name} takes @argN=HEX with N from 1 to 7 and two digits a byte, not '${item}'`);
      return { arg: Number(match[1]), hex: match[2]!.toLowerCase() };
    });
  if (new Set(pokes.map(({ arg }) => arg)).size < pokes.length) throw new BadField(`${name} names an argument twice`);
  return pokes;
}

/** strace takes a list of nothing but commas; so an empty list has a text, too. */
function printPokes(pokes: readonly Poke[]): string {
  return pokes.length === 0 ? ',' : pokes.map(({ arg, hex }) => `@arg${arg}=${hex}`).join(',');
}

/** Those of arguments that the call has: none if not all bytes lie within what these point to, as far as its size is known. */
function possible(pokes: readonly Poke[], { call, facts, semantics, realism }: Moment): readonly Poke[] {
  const there = pokes.filter(({ arg }) => arg <= argumentsOf(call.nr));
  if (realism === 'any' || semantics === 'strace') return there;
  return there.every(({ arg, hex }) => hex.length / 2 <= sizeOf(facts.name, call, arg - 1)) ? there : [];
}

/** How many arguments a call has; six where no table knows it. */
function argumentsOf(nr: number): number {
  return syscallEntry(nr)?.args.length ?? 6;
}

/** What is to be said of pokes of arguments that a call does not have, in strace's words: they write nothing. */
export function pokesOfNothing(pokes: readonly Poke[], nr: number): readonly string[] {
  const count = argumentsOf(nr);
  return pokes
    .filter(({ arg }) => arg > count)
    .map(
      ({ arg }) =>
        `requested to tamper with argument #${arg}, but system call '${syscallName(nr)}' has only ${count} arguments`,
    );
}

function sizeOf(name: string, call: StoppedCall, index: number): number {
  if (syscallEntry(call.nr)?.args[index]?.kind !== 's') return argumentBytes(name, call, index) ?? Infinity;
  const path = call.readString(call.args.unsigned(index), PATH_MAX);
  // One that runs into unmapped memory has no size: what can be written of the bytes is.
  return path === undefined ? Infinity : Buffer.byteLength(path) + 1;
}

function writes(pokes: readonly Poke[], { args }: StoppedCall): MemoryWrite[] {
  return pokes.map(({ arg, hex }) => ({ address: args.unsigned(arg - 1), bytes: Buffer.from(hex, 'hex') }));
}
