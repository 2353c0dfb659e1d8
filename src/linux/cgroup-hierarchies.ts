import { readFileSync } from 'node:fs';
import path from 'node:path';

/** One mounted cgroup hierarchy and the directory of our own group in it. See cgroups(7). */
export interface Hierarchy {
  readonly version: 1 | 2;
  /** v1: the controllers (or `name=...`) that it was mounted with; v2: empty, its controllers are in cgroup.controllers. */
  readonly controllers: readonly string[];
  readonly mountPoint: string;
  /** Our own group, or undefined if it lies outside of what is mounted here. */
  readonly own: string | undefined;
  readonly readOnly: boolean;
}

interface Membership {
  readonly controllers: readonly string[];
  readonly group: string;
}

/** The hierarchies that this process sees and is a member of, in the order of the mounts. */
export function readHierarchies(): Hierarchy[] {
  return parseHierarchies(readFileSync('/proc/self/mountinfo', 'utf8'), readFileSync('/proc/self/cgroup', 'utf8'));
}

/** The texts of /proc/self/mountinfo and /proc/self/cgroup, put together. A hierarchy mounted twice counts once. */
export function parseHierarchies(mountinfo: string, selfCgroup: string): Hierarchy[] {
  const memberships = parseMemberships(selfCgroup);
  const found = new Map<string, Hierarchy>();
  for (const line of mountinfo.split('\n')) {
    const hierarchy = parseMount(line, memberships);
    if (hierarchy === undefined) continue;
    const key = `${hierarchy.version}:${hierarchy.controllers.join()}`;
    const known = found.get(key);
    // Of two mounts of one hierarchy, the one that can be used is better.
    if (known === undefined || (known.readOnly && !hierarchy.readOnly)) found.set(key, hierarchy);
  }
  return [...found.values()];
}

/** Lines of /proc/self/cgroup: `4:memory:/group`; in v2 `0::/group`. */
function parseMemberships(text: string): Membership[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    return match === null ? [] : [{ controllers: match[1] ? match[1].split(',') : [], group: match[2]! }];
  });
}

/** A line of mountinfo: `32 31 0:29 ROOT MOUNTPOINT OPTIONS [optional fields] - TYPE SOURCE SUPEROPTIONS` (proc_pid_mountinfo(5)). */
function parseMount(line: string, memberships: readonly Membership[]): Hierarchy | undefined {
  const [left = '', right = ''] = line.split(' - ');
  const [type, , superOptions = ''] = right.split(' ');
  if (type !== 'cgroup' && type !== 'cgroup2') return undefined;
  const [, , , root = '', mountPoint = '', options = ''] = left.split(' ').map(unescapeOctal);
  const superWords = superOptions.split(',');
  const membership = memberships.find(({ controllers }) =>
    type === 'cgroup2' ? controllers.length === 0 : controllers.some((name) => superWords.includes(name)),
  );
  if (membership === undefined) return undefined;
  return {
    version: type === 'cgroup2' ? 2 : 1,
    controllers: membership.controllers,
    mountPoint,
    own: locate(membership.group, root, mountPoint),
    readOnly: options.split(',').includes('ro') || superWords.includes('ro'),
  };
}

/** A mount may show only the part of the hierarchy below `root`, as in containers that share the host's cgroup namespace. */
function locate(group: string, root: string, mountPoint: string): string | undefined {
  const relative = path.posix.relative(root, group);
  if (relative.startsWith('..') || group.startsWith('/..') || root.startsWith('/..')) return undefined;
  return path.posix.join(mountPoint, relative);
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
