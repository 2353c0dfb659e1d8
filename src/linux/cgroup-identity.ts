import { statSync } from 'node:fs';
import path from 'node:path';
import { RenacerError } from '../model/errors.ts';
import { readHierarchies } from './cgroup-hierarchies.ts';

/** How rules of nf_tables name a cgroup v2: by its inode, and by how deep it lies below the root of the hierarchy. */
export interface CgroupIdentity {
  readonly inode: bigint;
  readonly level: number;
}

/** Throws NETWORK_UNSUPPORTED if the directory is not a group of the cgroup v2 hierarchy. */
export function cgroupIdentity(directory: string): CgroupIdentity {
  const mountPoint = readHierarchies().find(({ version }) => version === 2)?.mountPoint;
  const below = mountPoint === undefined ? '' : path.relative(mountPoint, directory);
  if (below === '' || below.startsWith('..')) {
    throw new RenacerError('NETWORK_UNSUPPORTED', `${directory} is no group of the cgroup v2 hierarchy`, {
      hint: 'Mount that: mount -t cgroup2 none /sys/fs/cgroup/unified',
    });
  }
  return { inode: statSync(directory, { bigint: true }).ino, level: below.split('/').length };
}
