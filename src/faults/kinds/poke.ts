import type { MemoryWrite } from '../../tracer/policy.ts';
import type { Poke } from '../rule.ts';
import type { Effect, FaultKind } from './effect.ts';

/** `poke_enter=@argN=HEX`: bytes are written where an argument points, before the call. They stay. */
export const pokeEnter: FaultKind<readonly Poke[]> = (pokes, { call }) => ({
  entry: { writes: pokes.map((poke) => writeOf(poke, (index) => call.args.unsigned(index))) },
});

/** `poke_exit=@argN=HEX`: the same when the call has come back. */
export const pokeExit: FaultKind<readonly Poke[]> = (pokes): Effect => ({
  entry: { atExit: true },
  exit: (call) => ({ writes: pokes.map((poke) => writeOf(poke, (index) => call.args.unsigned(index))) }),
});

function writeOf({ arg, hex }: Poke, addressOf: (index: number) => number): MemoryWrite {
  return { address: addressOf(arg - 1), bytes: Buffer.from(hex, 'hex') };
}
