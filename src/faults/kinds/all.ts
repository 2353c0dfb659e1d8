/** Every kind of fault, a line each. The rest of Renacer knows them by this list alone. */
export { after } from './after.ts';
export { corrupt } from './corrupt.ts';
export { delayEnter, delayExit } from './delay.ts';
export { error } from './error.ts';
export { kill } from './kill.ts';
export { lost } from './lost.ts';
export { pokeEnter, pokeExit } from './poke.ts';
export { quirk } from './quirk.ts';
export { retval } from './retval.ts';
export { short } from './short.ts';
export { signal } from './signal.ts';
export { syscall } from './syscall.ts';
