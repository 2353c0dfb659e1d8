import { syscallNumber } from '../../syscalls/syscall-table.ts';
import type { CallFault, Fault } from '../rule.ts';
import { after } from './after.ts';
import { corrupt } from './corrupt.ts';
import { delayEnter, delayExit } from './delay.ts';
import type { Effect, FaultKind, Moment } from './effect.ts';
import { error } from './error.ts';
import { kill } from './kill.ts';
import { lost } from './lost.ts';
import { pokeEnter, pokeExit } from './poke.ts';
import { quirk } from './quirk.ts';
import { retval } from './retval.ts';
import { short } from './short.ts';
import { signal } from './signal.ts';

export type { Effect, Moment };

/** What becomes of the call itself: one kind for each word. */
const CALL_KINDS: { readonly [K in CallFault['kind']]: FaultKind<Extract<CallFault, { kind: K }>> } = {
  error,
  retval,
  short,
  after,
  lost,
  kill,
  quirk,
};

/** The other words, which go with any of these and with each other. */
const OTHER_KINDS: { readonly [W in keyof Omit<Fault, 'call' | 'substitute'>]-?: FaultKind<NonNullable<Fault[W]>> } = {
  signal,
  delayEnterNs: delayEnter,
  delayExitNs: delayExit,
  pokeEnter,
  pokeExit,
  corrupt,
};

/** The effects of a fault on a call; undefined if some part of it can't be. */
export function effectsOf(fault: Fault, moment: Moment): Effect[] | undefined {
  const effects: (Effect | undefined)[] = [];
  if (fault.call) {
    const kind = CALL_KINDS[fault.call.kind] as FaultKind<CallFault>;
    effects.push(substituted(kind(fault.call, moment), fault.substitute));
  }
  for (const [word, kind] of Object.entries(OTHER_KINDS)) {
    const value = fault[word as keyof typeof OTHER_KINDS];
    if (value !== undefined) effects.push((kind as FaultKind<unknown>)(value, moment));
  }
  return effects.every((effect) => effect !== undefined) ? effects : undefined;
}

/** `syscall=NAME`: the kernel runs this call in place of the one that does not happen. */
function substituted(effect: Effect | undefined, name: string | undefined): Effect | undefined {
  const { result, ...entry } = effect?.entry ?? {};
  if (name === undefined || result === undefined) return effect;
  return { entry: { ...entry, syscall: syscallNumber(name)!, atExit: true }, exit: () => ({ result }) };
}
