import { readFileSync } from 'node:fs';
import path from 'node:path';
import { RenacerError } from '../model/errors.ts';

/** How deep a cgroup v2 directory lies below the root of its hierarchy, as rules of nf_tables count it. */
export function cgroupLevel(directory: string): number {
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const mountPoint = left.split(' ')[4];
    if (mountPoint === undefined || !right.startsWith('cgroup2 ')) continue;
    const below = path.relative(mountPoint, directory);
    if (below !== '' && !below.startsWith('..')) return below.split('/').length;
  }
  throw new RenacerError('NETWORK_UNSUPPORTED', `${directory} is no cgroup v2 directory`, {
    hint: 'Mount the cgroup v2 hierarchy: mount -t cgroup2 none /sys/fs/cgroup/unified',
  });
}
