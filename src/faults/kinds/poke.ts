import { syscallEntry } from '../../syscalls/syscall-table.ts';
import type { MemoryWrite, StoppedCall } from '../../tracer/policy.ts';
import { BadField } from '../field.ts';
import { type TextForm, text } from '../json-form.ts';
import { argumentBytes } from './buffers.ts';
import type { FaultKind } from './kind.ts';
import type { Moment } from './moment.ts';

const PATH_MAX = 4096;

/** Bytes that are written where argument `arg` (1 to 7) points; `hex` has two lower-case digits a byte. */
interface Poke {
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
  apply: (pokes, moment) => (fit(pokes, moment) ? { entry: { writes: writes(pokes, moment.call) } } : undefined),
};

/** `poke_exit=@argN=HEX`: the same when the call has come back. */
export const pokeExit: FaultKind<'poke_exit', readonly Poke[], TextForm> = {
  word: 'poke_exit',
  read: (value) => readPokes('poke_exit', value),
  print: printPokes,
  json: { key: 'poke_exit', form: FORM },
  isEarly: () => false,
  apply(pokes, moment) {
    if (!fit(pokes, moment)) return undefined;
    return { entry: { atExit: true }, exit: (call) => ({ writes: writes(pokes, call) }) };
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

/** Whether all bytes lie within what the arguments point to, as far as its size is known. */
function fit(pokes: readonly Poke[], { call, facts, semantics, realism }: Moment): boolean {
  if (realism === 'any' || semantics === 'strace') return true;
  return pokes.every(({ arg, hex }) => hex.length / 2 <= sizeOf(facts.name, call, arg - 1));
}

function sizeOf(name: string, call: StoppedCall, index: number): number {
  if (syscallEntry(call.nr)?.args[index]?.kind !== 's') return argumentBytes(name, call, index) ?? Infinity;
  const path = call.readString(call.args.unsigned(index), PATH_MAX);
  return path === undefined ? 0 : Buffer.byteLength(path) + 1;
}

function writes(pokes: readonly Poke[], { args }: StoppedCall): MemoryWrite[] {
  // A seventh argument, which the grammar has for other architectures, no call here has.
  return pokes
    .filter(({ arg }) => arg <= 6)
    .map(({ arg, hex }) => ({ address: args.unsigned(arg - 1), bytes: Buffer.from(hex, 'hex') }));
}
