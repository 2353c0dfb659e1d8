import { syscallNumber } from '../../syscalls/syscall-table.ts';
import type { CallFacts } from '../call-facts.ts';
import type { Effect } from '../kinds/effect.ts';
import type { QuirkName } from '../rule.ts';
import { clockBack, clockStands } from './clock.ts';
import { directoryOrder } from './directory-order.ts';
import { interrupted } from './interrupted.ts';
import { lostWriteback } from './lost-writeback.ts';
import { noMemory } from './no-memory.ts';
import type { Quirk, QuirkKind } from './quirk.ts';
import { spuriousReady } from './spurious-ready.ts';
import { spuriousWakeup } from './spurious-wakeup.ts';
import { staleRead } from './stale-read.ts';
import { unknownFileType } from './unknown-file-type.ts';
import { zeroBlock } from './zero-block.ts';

export const QUIRK_KINDS: Readonly<Record<QuirkName, QuirkKind>> = {
  'lost-writeback': lostWriteback,
  'stale-read': staleRead,
  'zero-block': zeroBlock,
  'spurious-wakeup': spuriousWakeup,
  'spurious-ready': spuriousReady,
  interrupted,
  'directory-order': directoryOrder,
  'unknown-file-type': unknownFileType,
  'clock-back': clockBack,
  'clock-stands': clockStands,
  'no-memory': noMemory,
};

/** Whether programs make calls of these quirks behind the kernel's back, by the vDSO. */
export function hidesVdso(names: Iterable<QuirkName>): boolean {
  return [...names].some((name) => QUIRK_KINDS[name].behindVdso);
}

/** Lets a quirk see a call, and (as a part of the call's effects that changes nothing) its end. */
export function watchingExit(quirk: Quirk, facts: CallFacts): Effect['exit'] {
  const watch = quirk.watch?.(facts);
  if (!watch) return undefined;
  return (returned) => {
    watch(returned);
    return undefined;
  };
}

/** The quirks of one run: what each of them remembers is shared by all rules that have it. */
export class Quirks {
  readonly #started = new Map<QuirkName, Quirk>();

  of(name: QuirkName): Quirk {
    let quirk = this.#started.get(name);
    if (!quirk) {
      quirk = QUIRK_KINDS[name].start();
      this.#started.set(name, quirk);
    }
    return quirk;
  }

  /** Those that must see calls, by the numbers of these. */
  watching(names: Iterable<QuirkName>): Map<number, Quirk[]> {
    const byNumber = new Map<number, Quirk[]>();
    for (const name of names) {
      for (const syscall of QUIRK_KINDS[name].watches ?? []) {
        const nr = syscallNumber(syscall)!;
        byNumber.set(nr, [...(byNumber.get(nr) ?? []), this.of(name)]);
      }
    }
    return byNumber;
  }
}
