import type { Adversity, FuzzLimit } from '../../model/fuzz.ts';
import type { CaseFault } from '../../model/sweep.ts';
import { errorOf } from '../sweep/finding/cause.ts';

/** Whether it is what a sweep injects too: no signal, and no delay. */
export function isStrike({ fault }: Pick<CaseFault, 'fault'>): boolean {
  return !/^(signal|delay_enter)=/.test(fault);
}

/** `fsync failed with EIO`, for what has come before something else. */
export function faultBefore(fault: CaseFault): string {
  const { syscall, way, fault: text } = fault;
  if (text.startsWith('signal=')) return `${text.slice('signal='.length)} at ${syscall}`;
  if (!isStrike(fault)) return `a delay of ${text.slice('delay_enter='.length)} at ${syscall}`;
  if (way === 'short') return `a short ${syscall}`;
  if (way === 'kill') return `a death at ${syscall}`;
  return `${syscall} ${way === 'persistent' ? 'fails for good' : 'failed'} with ${errorOf(fault)}`;
}

/** `at most 8 open files`. */
export function limitText({ of, most }: FuzzLimit): string {
  return of === 'files' ? `at most ${most} open files` : `at most ${most / 2 ** 20} MiB of data`;
}

/** All that is not the last fault. */
export function restInWords({ faults, limits, switches }: Adversity): string[] {
  return [
    ...limits.map(limitText),
    ...(switches.length === 0
      ? []
      : [`${switches.length === 1 ? 'a switch' : `${switches.length} switches`} of tasks`]),
    ...faults.slice(0, -1).map(faultBefore),
  ];
}
