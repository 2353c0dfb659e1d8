import { describe, expect, it } from 'vitest';
import type * as Capabilities from '../../src/chaos/capabilities.ts';
import { guest, hasCompiler } from '../support/guests.ts';
import { built } from '../support/limits.ts';
import { renacer } from '../support/renacer.ts';

const { probeCapability } = await built<typeof Capabilities>('chaos/capabilities.js');
const needsBpf = !probeCapability('BPF').available || !probeCapability('cgroup v2').available;

const ENOSYS = '(0x1, 0x2, 0x3, 0x4, 0x5, 0x6) = -1 ENOSYS (Function not implemented)\n';
const SHOWN = `syscall_0x1d8${ENOSYS}syscall_0x15e${ENOSYS}syscall_0x1388${ENOSYS}+++ exited with 0 +++\n`;

describe.skipIf(!hasCompiler)('calls that have no name (needs cc)', () => {
  const ways: [string, string[], boolean][] = [
    ['where all calls stop', [], false],
    ['where a filter chooses', ['-f', '--engine', 'ptrace'], false],
    ['where the kernel tells', ['-f', '--engine', 'ebpf'], needsBpf],
  ];
  for (const [name, options, isMissing] of ways) {
    it.skipIf(isMissing)(`are shown whatever names are asked for, and counted: ${name}`, () => {
      const traced = (...more: string[]): string => renacer([...options, ...more, '--', guest('unknown-calls')]).stderr;
      expect(traced('-e', 'trace=none')).toBe(SHOWN);
      expect(traced('-e', 'trace=chdir')).toBe(SHOWN);
      const counted = traced('-c', '-U', 'calls,name', '-e', 'trace=chdir');
      expect(counted).toMatch(/ 1 syscall_0x1d8\n/);
      expect(counted).toMatch(/ 1 syscall_0x15e\n/);
    });
  }
});
