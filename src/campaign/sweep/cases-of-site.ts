import type { CaseFault, FaultWay, RecordedCall, Site, SweepCase } from '../../model/sweep.ts';
import type { FaultFamily } from '../../model/sweep-request.ts';
import { digestOf } from './digest.ts';
import { lasting, withoutTwins } from './error-order.ts';
import type { PlanOptions } from './plan-options.ts';
import type { Occurrence } from './selection.ts';
import { triedErrors } from './tried-errors.ts';

/** Calls that change what is in a file system, or what others see: a program that is killed between two of them leaves the same behind. */
const CHANGING: ReadonlySet<string> = new Set(
  (
    'write writev pwrite64 pwritev pwritev2 sendto sendmsg sendmmsg sendfile copy_file_range splice fsync fdatasync sync_file_range ' +
    'syncfs msync mkdir mkdirat mknod mknodat link linkat symlink symlinkat rename renameat renameat2 unlink unlinkat rmdir ' +
    'truncate ftruncate fallocate chmod fchmod fchmodat chown fchown fchownat lchown utimensat setxattr fsetxattr execve'
  ).split(' '),
);

/** The faults that are tried at a site, by their families, what is most telling first. `occurrences`: those that were chosen. */
export function casesOf(
  site: Site,
  occurrences: readonly Occurrence[],
  options: PlanOptions,
): Record<FaultFamily, SweepCase[]> {
  const { faults, errors } = options;
  const errorsOf = (call: RecordedCall): string[] => triedErrors(call, errors);
  const once = occurrences.flatMap(({ call, number }, index) => {
    const possible = errorsOf(call);
    // A program that told twins apart would do so at its first call.
    const tried = index === 0 || errors ? possible : withoutTwins(possible);
    return tried.map((errno) => oneFault(site, call, number, 'once', `error=${errno}`));
  });
  const short = occurrences
    .filter(({ call }) => call.mayBeShort && (call.result ?? 2) >= 2)
    .map(({ call, number }) => oneFault(site, call, number, 'short', 'short=1'));
  const persistent = occurrences
    .filter(({ call }) => lasting(call.syscall, errorsOf(call)).length > 0)
    .slice(0, 1)
    .flatMap(({ call, number }) =>
      lasting(call.syscall, errorsOf(call)).map((errno) =>
        oneFault(site, call, number, 'persistent', `error=${errno}`),
      ),
    );
  const kill = occurrences
    .filter(({ call }) => CHANGING.has(call.syscall) || call.situation.creates === true)
    .map(({ call, number }) => oneFault(site, call, number, 'kill', 'kill=before'));
  const all = { errors: once, short, persistent, kill };
  return Object.fromEntries(
    Object.entries(all).map(([family, cases]) => [family, faults.includes(family as FaultFamily) ? cases : []]),
  ) as Record<FaultFamily, SweepCase[]>;
}

function oneFault(site: Site, call: RecordedCall, occurrence: number, way: FaultWay, fault: string): SweepCase {
  const { task, syscall, ordinal, isOnStderr } = call;
  const what = { way, fault, site: site.id, occurrence };
  return caseOf([{ task, syscall, ordinal, ...what, ...(isOnStderr && { isOnStderr }) }]);
}

/** A case of these faults. Its id does not depend on how many other calls of the name there are. */
export function caseOf(faults: readonly CaseFault[]): SweepCase {
  return {
    id: digestOf(faults.map(({ site, task, occurrence, way, fault }) => [site, task, occurrence, way, fault])),
    faults,
  };
}
