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
}
