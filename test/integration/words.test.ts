import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { guest, hasCompiler, isRoot } from '../support/guests.ts';
import { emptyDirectory, renacer } from '../support/renacer.ts';

const CALLS =
  'poll,ppoll,select,fchmod,lseek,pkey_alloc,mbind,mmap,madvise,fcntl,clone3,utimensat,openat2,execve,writev,readv';

/** What strace 7.2 prints of the guest, errors aside: they depend on the kernel. */
const EXPECTED = [
  'poll([{fd=3, events=POLLIN}], 1, 0) = 1 ([{fd=3, revents=POLLIN}])',
  'ppoll([{fd=3, events=POLLIN}], 1, NULL, NULL, 8) = 1 ([{fd=3, revents=POLLIN}])',
  'select(2147483647, [3], NULL, NULL, {tv_sec=0, tv_usec=1}) = 1 (in [3],)',
  'fchmod(99, 0640)',
  'lseek(99, -9223372036854775807, SEEK_SET)',
  'pkey_alloc(0xbadc0ded00000000, PKEY_DISABLE_WRITE|0xbadc0ded00000000)',
  'mbind(0x10000, 4096, 0xffffffff00000000 /* MPOL_??? */, NULL, 0, MPOL_MF_STRICT)',
  'mmap(NULL, 0, PROT_READ|0xbadc0ded00000000, MAP_PRIVATE|0xbadc0ded00000000, -1, 0)',
  'madvise(0x10000, 4096, MADV_DONTNEED)',
  'fcntl(99, F_SETFD, FD_CLOEXEC|0xbadc0ded00000000)',
  'clone3({flags=0, exit_signal=16045690984503111693, stack=NULL, stack_size=0}, 64)',
  'utimensat(99, NULL, [{tv_sec=-3819351491602432273, tv_nsec=0}, {tv_sec=9007199254740993, tv_nsec=1000000000}], 0)',
  'openat2(-1, "x", {flags=O_RDONLY|0xbadc0ded00000000, mode=0400000000000000001, resolve=RESOLVE_BENEATH|0xbadc0ded00000000}, 24)',
  'execve("/nonexistent", [], ADDRESS /* 0 vars */)',
  'writev(-1, [], 0)',
  'readv(3, [], 0) = 0',
];

function traced(...options: string[]): string[] {
  const { stderr } = renacer(['-qq', '-s', '64', ...options, '--', guest('words')]);
  const lines = stderr
    .replaceAll(/\) += /g, ') = ')
    .replaceAll(/ = -1 E.*| left {.*}(?=\))/gm, '')
    .replaceAll(/0x[5-7][0-9a-f]{11}/g, 'ADDRESS')
    .split('\n')
    .filter((line) => line !== '');
  const first = lines.findIndex((line) => line.startsWith('poll('));
  return lines.slice(first);
}

describe.skipIf(!hasCompiler)('words of 64 bits (needs cc)', () => {
  it('are shown as the kernel reads them', () => {
    expect(traced('-e', `trace=${CALLS}`)).toEqual(EXPECTED);
  });

  it.skipIf(!isRoot)('from the kernel, too (needs root)', () => {
    // A plan for the kernel copies as much of a set as the C library's has.
    const expected = EXPECTED.map((line) => line.replace('select(2147483647, [3]', 'select(2147483647, ADDRESS'));
    expect(traced('-f', '--engine', 'ebpf', '-e', `trace=${CALLS}`)).toEqual(expected);
  });

  it('whose upper half means nothing are found by their descriptors', () => {
    const ready = EXPECTED.filter((line) => /^p?poll|^select|^readv/.test(line));
    expect(traced('-e', 'trace=poll,ppoll,select,readv', '-e', 'trace-fds=3')).toEqual(ready);
    expect(traced('-e', 'trace=poll,ppoll,select,readv', '-e', 'trace-fds=4')).toEqual([]);
  });
});

describe.skipIf(!hasCompiler)('counts of what is not there (needs cc)', () => {
  const calls =
    'poll,ppoll,select,pselect6,epoll_wait,readv,writev,vmsplice,process_vm_readv,process_madvise,keyctl,sendmmsg,recvmmsg,sendto,setsockopt,sched_setaffinity,mbind,migrate_pages,move_pages,mincore,io_submit,semop,futex_waitv,bpf,clone3,openat2,landlock_create_ruleset,getdents64,fsetxattr';

  it.each([[[]], [['-yy']], [['-v', '-s', '100000']], [['-P', '/nowhere']]])('are not gone through: %j', (options) => {
    const file = path.join(emptyDirectory(), 'trace');
    const { stdout } = renacer(['-qq', '-o', file, ...options, '-e', `trace=${calls}`, '--', guest('promises')]);
    expect(stdout).toBe('116\n');
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    expect(lines).toHaveLength(options.includes('-P') ? 0 : 116);
  });
});
