import type { NotTried } from '../../model/campaign.ts';
import type { RecordedCall, Site } from '../../model/sweep.ts';
import type { PlanOptions } from './plan-options.ts';
import { isOfLibc } from './sites.ts';

/** Functions of the C library and the loader that load a library while the program runs. */
const LOADING = /^_*dl_(?:open|map_object|catch|init)|^dl_open_worker/;

/** Whether a call is about the program's libraries: before its own entry point, or while it loads one, but for the files that it opens then. */
export function isLoaders(site: Site, call: RecordedCall): boolean {
  if (call.isLoaders) return true;
  if (site.syscall === 'openat') return false;
  return site.stack.some((frame) => frame.symbol !== undefined && isOfLibc(frame) && LOADING.test(frame.symbol));
}

/** A futex that fails is a matter of the C library, which takes most errors for a reason to look again, and some for the end of the world. */
export function isLibrarys({ syscall }: Site, { only }: PlanOptions): boolean {
  return syscall === 'futex' && only?.includes(syscall) !== true;
}

/** Counts what a plan leaves out. */
export class LeftOut {
  /** Sites. */
  loaders = 0;
  librarys = 0;
  /** Calls. */
  between = 0;
  /** Sites that nobody asked for. */
  unasked = 0;
  /** Cases. */
  beyondQuick = 0;
  othersMemory = 0;
  /** Sites, by the names of their calls. */
  readonly safe: Map<string, number> = new Map();

  told(): NotTried[] {
    return [
      {
        what: 'sites that the options leave out',
        count: this.unasked,
        why: '--only, --path, --sites, --errors and --faults say what is tried',
      },
      {
        what: 'further cases of these sites',
        count: this.beyondQuick,
        why: '--quick tries one a site, and about 200 in all',
      },
      {
        what: 'memory that is used up for good, in programs that it starts',
        count: this.othersMemory,
        why: 'each process has a limit of its own; sweep these programs by themselves',
      },
      {
        what: 'sites of the dynamic loader',
        count: this.loaders,
        why: 'they come before the program itself, or while it loads a library',
      },
      {
        what: 'sites that wait for other threads (futex)',
        count: this.librarys,
        why: 'what fails there is left to the C library; --only futex tries them',
      },
      {
        what: 'calls at sites that are called more often',
        count: this.between,
        why: 'the first, the middle and the last of a site stand for all; --every tries all',
      },
      {
        what: `sites whose calls do not fail (${[...this.safe.keys()].sort().join(', ')})`,
        count: [...this.safe.values()].reduce((sum, count) => sum + count, 0),
        why: 'the kernel gives them no error that is likely, made this way',
      },
    ].filter(({ count }) => count > 0);
  }
}
