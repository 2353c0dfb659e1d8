import { describe, expect, it } from 'vitest';
import { parseHierarchies } from '../../../src/linux/cgroup-hierarchies.ts';

const V2_HOST =
  '31 23 0:27 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot';
const V1_HOST = [
  '31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755',
  '32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:11 - cgroup cgroup rw,cpu,cpuacct',
  '35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:12 - cgroup cgroup rw,memory',
  '40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime shared:13 - cgroup cgroup rw,xattr,name=systemd',
].join('\n');
const V1_GROUPS = '4:memory:/user.slice\n3:cpu,cpuacct:/\n9:name=systemd:/user.slice/session-1.scope';

describe('parseHierarchies', () => {
  it('reads pure v2', () => {
    expect(parseHierarchies(V2_HOST, '0::/user.slice/user-1000.slice/session-3.scope\n')).toEqual([
      {
        version: 2,
        controllers: [],
        mountPoint: '/sys/fs/cgroup',
        own: '/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope',
        readOnly: false,
      },
    ]);
  });

  it('reads v1, with controllers that share a hierarchy and a named one', () => {
    const found = parseHierarchies(V1_HOST, V1_GROUPS);
    expect(found.map(({ controllers, own }) => [controllers.join(), own])).toEqual([
      ['cpu,cpuacct', '/sys/fs/cgroup/cpu,cpuacct'],
      ['memory', '/sys/fs/cgroup/memory/user.slice'],
      ['name=systemd', '/sys/fs/cgroup/systemd/user.slice/session-1.scope'],
    ]);
  });

  it('reads a hybrid: v1 controllers and v2 at unified', () => {
    const mounts = `${V1_HOST}\n41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw`;
    const found = parseHierarchies(mounts, `${V1_GROUPS}\n0::/`);
    expect(found.filter(({ version }) => version === 2)).toEqual([
      {
        version: 2,
        controllers: [],
        mountPoint: '/sys/fs/cgroup/unified',
        own: '/sys/fs/cgroup/unified',
        readOnly: false,
      },
    ]);
    expect(found).toHaveLength(4);
  });

  it('reads Docker with v2: a namespace of its own, mounted read-only', () => {
    const mounts = '1440 1435 0:27 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate';
    expect(parseHierarchies(mounts, '0::/')).toMatchObject([{ own: '/sys/fs/cgroup', readOnly: true }]);
  });

  it("reads Docker with v1 in the host's namespace: the mount shows a part of the hierarchy", () => {
    const mounts = '812 805 0:32 /docker/4b1d /sys/fs/cgroup/memory ro,nosuid master:12 - cgroup memory rw,memory';
    expect(parseHierarchies(mounts, '4:memory:/docker/4b1d')).toMatchObject([
      { own: '/sys/fs/cgroup/memory', readOnly: true },
    ]);
    expect(parseHierarchies(mounts, '4:memory:/docker/4b1d/inner')).toMatchObject([
      { own: '/sys/fs/cgroup/memory/inner' },
    ]);
  });

  it.each([
    ['a group above the namespace', '0::/../../system.slice', V2_HOST],
    ['a mount of another part', '0::/b', V2_HOST.replace(' / ', ' /a ')],
    ['a sibling with the same beginning', '0::/ab', V2_HOST.replace(' / ', ' /a ')],
  ])('does not locate %s', (_, group, mounts) => {
    expect(parseHierarchies(mounts, group)).toMatchObject([{ own: undefined }]);
  });

  it('prefers a writable mount of the same hierarchy, and unescapes its path', () => {
    const mounts = `${V2_HOST.replace(' rw,', ' ro,')}\n99 23 0:27 / /mnt/my\\040groups rw - cgroup2 none rw`;
    expect(parseHierarchies(mounts, '0::/x')).toMatchObject([{ own: '/mnt/my groups/x', readOnly: false }]);
  });

  it('ignores what this process is no member of, and lines of other kinds', () => {
    expect(parseHierarchies(V1_HOST, '0::/\n')).toEqual([]);
    expect(parseHierarchies('', 'not a line\n1:memory\n')).toEqual([]);
  });
});
