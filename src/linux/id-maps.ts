import { readFileSync, writeFileSync } from 'node:fs';
import { CAP, hasCapability } from './capabilities.ts';

/**
 * Gives a new user namespace, in which the process `pid` is, the users and groups that we know, each by its own number: all of
 * them if we may do so, else our own alone (user_namespaces(7)). Files of the others seem to belong to nobody then.
 */
export function mapOwnIds(pid: number): void {
  const all = hasCapability(CAP.SETUID) && hasCapability(CAP.SETGID);
  if (!all) writeFileSync(`/proc/${pid}/setgroups`, 'deny');
  writeFileSync(`/proc/${pid}/uid_map`, all ? sameIds('uid_map') : `${process.geteuid!()} ${process.geteuid!()} 1\n`);
  writeFileSync(`/proc/${pid}/gid_map`, all ? sameIds('gid_map') : `${process.getegid!()} ${process.getegid!()} 1\n`);
}

/** All that our own namespace knows: each line of a map is a first id inside, one outside, and a count. */
function sameIds(map: 'uid_map' | 'gid_map'): string {
  return readFileSync(`/proc/self/${map}`, 'latin1').replaceAll(
    /^\s*(\d+)\s+\d+\s+(\d+)$/gm,
    (_, first: string, count: string) => `${first} ${first} ${count}`,
  );
}
