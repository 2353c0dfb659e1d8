import { syscallNumber } from '../../syscalls/syscall-table.ts';
import type { StoppedCall } from '../../tracer/policy.ts';
import type { CallFacts } from '../call-facts.ts';
import { clockBack, clockJump, clockStands } from './clock.ts';
import { directoryOrder } from './directory-order.ts';
import { interrupted } from './interrupted.ts';
import { lateWriteError } from './late-write-error.ts';
import { lostWriteback } from './lost-writeback.ts';
import { noMemory } from './no-memory.ts';
import type { Quirk, QuirkKind } from './quirk.ts';
import { spuriousReady } from './spurious-ready.ts';
import { spuriousWakeup } from './spurious-wakeup.ts';
import { staleRead } from './stale-read.ts';
import { unknownFileType } from './unknown-file-type.ts';
import { zeroBlock } from './zero-block.ts';

export const QUIRK_KINDS: Readonly<Record<string, QuirkKind>> = {
  'lost-writeback': lostWriteback,
  'stale-read': staleRead,
  'zero-block': zeroBlock,
  'spurious-wakeup': spuriousWakeup,
  'spurious-ready': spuriousReady,
  interrupted,
  'directory-order': directoryOrder,
  'unknown-file-type': unknownFileType,
  'clock-jump': clockJump,
  'clock-back': clockBack,
  'clock-stands': clockStands,
  'late-write-error': lateWriteError,
  'no-memory': noMemory,
};

/** The quirks of one run: what each of them remembers is shared by all rules that have it. */
export class Quirks {
  /** The calls that they must see, whatever these meet. */
  readonly watched: ReadonlySet<number>;
  /** Whether some of them need calls that programs make without entering the kernel. */
  readonly behindVdso: boolean;
  readonly #started = new Map<string, Quirk>();
  readonly #watchers = new Map<number, Quirk[]>();

  readonly #seed: number;

  constructor(names: Iterable<string>, seed: number) {
    this.#seed = seed;
    const kinds = [...new Set(names)];
    for (const name of kinds) {
      for (const nr of (QUIRK_KINDS[name]!.watches ?? []).map((syscall) => syscallNumber(syscall)!)) {
        this.#watchers.set(nr, [...(this.#watchers.get(nr) ?? []), this.of(name)]);
      }
    }
    this.watched = new Set(this.#watchers.keys());
    this.behindVdso = kinds.some((name) => QUIRK_KINDS[name]!.behindVdso);
  }

  of(name: string): Quirk {
    let quirk = this.#started.get(name);
    if (!quirk) {
      quirk = QUIRK_KINDS[name]!.start(this.#seed);
      this.#started.set(name, quirk);
    }
    return quirk;
  }

  /** Shows them a call at its entry; what is to be told when it comes back. */
  watch(facts: CallFacts): ((returned: StoppedCall) => undefined)[] {
    return (this.#watchers.get(facts.call.nr) ?? []).flatMap((quirk) => {
      const ask = quirk.watch?.(facts);
      return ask ? [(returned: StoppedCall) => void ask(returned)] : [];
    });
  }
}
