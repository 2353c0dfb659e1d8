import { type Elf, SHT_DYNSYM } from '../../symbols/elf.ts';
import { symbolsOf } from '../../symbols/symbols.ts';
import type { Task } from '../task.ts';
import type { Breakpoints } from './breakpoints.ts';
import { LOCK_FUNCTIONS } from './lock-functions.ts';
import { ModuleFacts } from './module-facts.ts';

/** The C library; until 2.34 its lock functions were in a library of their own, and the other one passed calls on to that. */
const LIBPTHREAD = /\/libpthread[-.][^/]*$/;
const LIBC = /\/libc[-.][^/]*$/;

/** Of a library, whoever has been read once on this thread: the addresses of its lock functions by name. */
const lockFunctions = new ModuleFacts(addressesOf);

function addressesOf(elf: Elf): ReadonlyMap<string, number> {
  const symbols = symbolsOf(elf, SHT_DYNSYM).filter(
    ({ name, kind, isDefault }) => kind === 'function' && isDefault && LOCK_FUNCTIONS.has(name),
  );
  return new Map(symbols.map(({ name, address }) => [name, address]));
}

/**
 * Sets breakpoints at the lock functions of the C library of a stopped task's process. False if it has none that could be found: it is
 * linked statically, or its C library is another one, or it has locks of its own, as Go programs have.
 */
export function setLockPoints(breakpoints: Breakpoints, task: Task): boolean {
  const libraries = lockFunctions.of(task.tid, (name) => LIBPTHREAD.test(name) || LIBC.test(name));
  // Today's is there for old programs' sake alone, and has no functions.
  const isOld = libraries.some(({ name, facts }) => LIBPTHREAD.test(name) && facts.size > 0);
  let count = 0;
  for (const { name: library, facts, bias } of libraries) {
    if (isOld && !LIBPTHREAD.test(library)) continue;
    for (const [name, address] of facts) if (breakpoints.set(task, bias + address, name)) count += 1;
  }
  return count > 0;
}
