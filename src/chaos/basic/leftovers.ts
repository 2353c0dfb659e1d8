import path from 'node:path';
import { signalAll } from '../../linux/cgroup.ts';
import { type Hierarchy, readHierarchies } from '../../linux/cgroup-hierarchies.ts';
import { CgroupV1 } from '../../linux/cgroup-v1.ts';
import { CgroupV2, HOME_NAME } from '../../linux/cgroup-v2.ts';
import { allProcessIds } from '../../linux/process-stat.ts';
import { isOrphanOfDeadRun } from './process-mark.ts';
import { takeBackIfUnused, v2Base } from './run-groups.ts';
import { isDead, parseGroupName } from './run-identity.ts';

/** What runs left behind whose Renacer was killed. */
export interface Leftovers {
  readonly groups: readonly (CgroupV1 | CgroupV2)[];
  /** v2 groups whose processes are still in `renacer-home`. */
  readonly bases: readonly CgroupV2[];
  /** Processes of runs that had no groups. */
  readonly processIds: readonly number[];
}

/**
 * Finds what dead runs left. `near`: below our own group, where this session's runs make theirs, one readdir a hierarchy
 * (0.1 ms); `everywhere`: in all that is mounted, and among all processes. A living run's things are never in it, nor is a
 * group that we are in ourselves, nor anything of another pid namespace.
 */
export function findLeftovers(where: 'near' | 'everywhere'): Leftovers {
  const hierarchies = readHierarchies().filter(({ readOnly }) => !readOnly);
  const groups = hierarchies.flatMap((hierarchy) =>
    parentsIn(hierarchy, where).flatMap((parent) => deadGroups(parent, hierarchy)),
  );
  return {
    groups,
    bases: hierarchies.filter(({ version }) => version === 2).flatMap((hierarchy) => abandonedBases(hierarchy, where)),
    processIds: where === 'everywhere' ? allProcessIds().filter(isOrphanOfDeadRun) : [],
  };
}

let cleared: Promise<unknown> | undefined;

/** Removes what dead runs left near us; once a process, since what a run of our own may leave has a guard. */
export async function clearLeftovers(): Promise<void> {
  cleared ??= removeLeftovers(findLeftovers('near'));
  await cleared;
}

/** Kills and removes them. Returns the directories that could not be removed within `patienceMs`. */
export async function removeLeftovers(found: Leftovers, patienceMs = 2000): Promise<string[]> {
  signalAll(found.processIds, 'SIGKILL');
  let left = found.groups;
  for (let waited = 0; ; waited += 10) {
    for (const group of left) group.kill();
    left = left.filter((group) => !group.remove());
    if (left.length === 0 || waited > patienceMs) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  for (const base of found.bases) takeBackIfUnused(base);
  return left.map((group) => group.directory);
}

function parentsIn({ own, mountPoint, version }: Hierarchy, where: 'near' | 'everywhere'): string[] {
  if (where === 'everywhere') return withDescendants(mountPoint);
  if (own === undefined) return [];
  return [version === 2 ? v2Base(own) : own];
}

function withDescendants(directory: string): string[] {
  const children = new CgroupV2(directory).childNames();
  return [directory, ...children.flatMap((name) => withDescendants(path.join(directory, name)))];
}

function deadGroups(parent: string, { version, own }: Hierarchy): (CgroupV1 | CgroupV2)[] {
  return new CgroupV2(parent).childNames().flatMap((name) => {
    const run = parseGroupName(name);
    const directory = path.join(parent, name);
    if (run === undefined || !isDead(run) || isWithin(own, directory)) return [];
    return [version === 2 ? new CgroupV2(directory) : new CgroupV1(directory)];
  });
}

/** Without a living run beside it, nobody needs a `renacer-home`. */
function abandonedBases(hierarchy: Hierarchy, where: 'near' | 'everywhere'): CgroupV2[] {
  return parentsIn(hierarchy, where).flatMap((parent) => {
    const names = new CgroupV2(parent).childNames();
    const runs = names.flatMap((name) => parseGroupName(name) ?? []);
    return names.includes(HOME_NAME) && runs.every(isDead) ? [new CgroupV2(parent)] : [];
  });
}

function isWithin(own: string | undefined, directory: string): boolean {
  return own === directory || (own?.startsWith(`${directory}/`) ?? false);
}
