import { acceptAborted } from './accept-aborted.ts';
import type { Bug } from './bug.ts';
import { clockJumps, clockJumpsBack } from './clock-jump.ts';
import { clockStands } from './clock-stands.ts';
import { closeFails } from './close-fails.ts';
import { directoryOrder } from './directory-order.ts';
import { eintrStorm } from './eintr-storm.ts';
import { fsyncLies } from './fsync-lies.ts';
import { lostWrite } from './lost-write.ts';
import { outOfMemory } from './out-of-memory.ts';
import { shortGetrandom } from './short-getrandom.ts';
import { spuriousReady } from './spurious-ready.ts';
import { spuriousWakeup } from './spurious-wakeup.ts';
import { staleRead } from './stale-read.ts';
import { unknownFileType } from './unknown-file-type.ts';
import { zeroRead } from './zero-read.ts';

/** Every simulated bug, as docs/faults.md has them. */
export const BUGS: readonly Bug[] = [
  fsyncLies,
  lostWrite,
  closeFails,
  zeroRead,
  staleRead,
  spuriousWakeup,
  spuriousReady,
  eintrStorm,
  acceptAborted,
  directoryOrder,
  unknownFileType,
  shortGetrandom,
  clockJumps,
  clockJumpsBack,
  clockStands,
  outOfMemory,
];
