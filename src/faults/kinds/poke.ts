import { syscallEntry } from '../../syscalls/syscall-table.ts';
import type { MemoryWrite, StoppedCall } from '../../tracer/policy.ts';
import type { Poke } from '../rule.ts';
import { argumentBytes } from './buffers.ts';
import type { FaultKind, Moment } from './effect.ts';

const PATH_MAX = 4096;

/** `poke_enter=@argN=HEX`: bytes are written where an argument points, before the call. They stay. */
export const pokeEnter: FaultKind<readonly Poke[]> = (pokes, moment) => {
  if (!fit(pokes, moment)) return undefined;
  return { entry: { writes: writes(pokes, moment.call) } };
};

/** `poke_exit=@argN=HEX`: the same when the call has come back. */
export const pokeExit: FaultKind<readonly Poke[]> = (pokes, moment) => {
  if (!fit(pokes, moment)) return undefined;
  return { entry: { atExit: true }, exit: (call) => ({ writes: writes(pokes, call) }) };
};

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
