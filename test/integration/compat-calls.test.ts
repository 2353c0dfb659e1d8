import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type * as Capabilities from '../../src/chaos/capabilities.ts';
import { guest, hasCompiler, RENACER } from '../support/guests.ts';
import { built } from '../support/limits.ts';

/** What int 0x80 of a 64-bit program does where the kernel has no 32-bit calls: it ends by SIGSEGV. */
const isMissing = !hasCompiler || spawnSync(guest('int80')).status !== 0;
const { probeCapability } = await built<typeof Capabilities>('chaos/capabilities.js');
const missingForEbpf = (['BPF', 'cgroup v2'] as const).filter((name) => !probeCapability(name).available);

describe.skipIf(isMissing)('calls by the table of i386 (needs cc, and a kernel that has them)', () => {
  const traced = (...args: string[]): string[] =>
    spawnSync(RENACER, ['--engine', 'ptrace', ...args, '--', guest('compat-calls')], { encoding: 'utf8' })
      .stderr.replaceAll(/PID=\d+/g, 'PID=1')
      .replaceAll(/0x(?!3e7)[0-9a-f]{3,}/g, 'ADDRESS')
      .replaceAll(/ {2,}= /g, ' = ')
      .split('\n');

  it('are decoded by it, and said to be', () => {
    const lines = traced('--trace');
    const from = lines.indexOf('[ Process PID=1 runs in 32 bit mode. ]');
    expect(lines.slice(from, from + 15)).toEqual([
      '[ Process PID=1 runs in 32 bit mode. ]',
      'open("/dev/null", O_WRONLY) = 3',
      'write(3, "hello", 5) = 5',
      '_llseek(3, 0, [0], SEEK_SET) = 0',
      'fcntl64(3, F_GETFD) = 0',
      expect.stringMatching(
        /^mmap2\(ADDRESS, 4096, PROT_READ\|PROT_WRITE, MAP_PRIVATE\|MAP_FIXED\|MAP_ANONYMOUS, -1, \w+\) = ADDRESS$/,
      ),
      'pipe([4, 5]) = 0',
      'getuid32() = 0',
      'openat(AT_FDCWD, "/dev/null", O_RDONLY|O_CLOEXEC) = 6',
      'ftruncate(1000, -1) = -1 EINVAL (Invalid argument)',
      'waitpid(-1, ADDRESS, WNOHANG) = -1 ECHILD (No child processes)',
      'close(3) = 0',
      expect.stringMatching(/^syscall_0x3e7\(0x1, 0x2, 0x3, 0x4, 0x5, \w+\) = -1 ENOSYS/),
      '[ Process PID=1 runs in 64 bit mode. ]',
      'exit_group(0) = ?',
    ]);
  });

  it('are selected by the names that x86-64 has for them', () => {
    const lines = traced('-q', '-e', 'trace=wait4,fcntl,getuid');
    expect(lines.map((line) => line.replace(/\(.*/, '')).filter((name) => /^\w+$/.test(name))).toEqual([
      'fcntl64',
      'getuid32',
      'waitpid',
    ]);
  });

  it.skipIf(missingForEbpf.length > 0)('are named by it under the other engine too', () => {
    const { stderr } = spawnSync(RENACER, ['-f', '--engine', 'ebpf', '--', guest('compat-calls')], {
      encoding: 'utf8',
    });
    const from = stderr.indexOf('runs in 32 bit mode. ]');
    const names = stderr.slice(from).match(/^\w+(?=\()/gm);
    expect(names).toEqual([
      'open',
      'write',
      '_llseek',
      'fcntl64',
      'mmap2',
      'pipe',
      'getuid32',
      'openat',
      'ftruncate',
      'waitpid',
      'close',
      'syscall_0x3e7',
      'exit_group',
    ]);
  });
});
