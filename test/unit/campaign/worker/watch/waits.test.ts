import { spawn } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import { isForGood, parseWait, waitOf, waitsForDisk } from '../../../../../src/campaign/worker/watch/waits.ts';
import { syscallNumber } from '../../../../../src/syscalls/syscall-table.ts';

const NULL = 0n;
const POINTER = 0x7fff_0000_1000n;
const MINUS_ONE = 0xffff_ffffn;

const wait = (name: string, ...args: bigint[]) => ({ nr: syscallNumber(name)!, args });

describe('what /proc says that a task waits in', () => {
  it('is a call with its arguments, no call at all, or nothing', () => {
    expect(parseWait('0 0x3 0x7ffe 0x1000 0x0 0x0 0x0 0x7ffe1 0x7f2\n')).toMatchObject({
      nr: 0,
      args: [3n, 0x7ffen, 0x1000n, 0n, 0n, 0n],
    });
    expect(parseWait('-1 0x7ffe1 0x7f2\n')?.nr).toBe(-1);
    expect(parseWait('running\n')).toBeUndefined();
    expect(parseWait('')).toBeUndefined();
  });
});

describe('a wait', () => {
  it.each([
    ['read', [0n]],
    ['wait4', [MINUS_ONE, NULL, NULL, NULL]],
    ['futex', [POINTER, 0n, 2n, NULL]],
    ['poll', [POINTER, 1n, MINUS_ONE]],
    ['epoll_wait', [5n, POINTER, 10n, MINUS_ONE]],
    ['ppoll', [POINTER, 1n, NULL]],
    ['select', [1n, NULL, NULL, NULL, NULL]],
    ['flock', [3n, 2n]],
    ['pause', []],
  ])('in %s is for good without a time-out', (name, args) => {
    expect(isForGood(wait(name, ...args))).toBe(true);
  });

  it.each([
    ['futex', [POINTER, 0n, 2n, POINTER]],
    ['poll', [POINTER, 1n, 5000n]],
    ['epoll_pwait', [5n, POINTER, 10n, 0n]],
    ['pselect6', [1n, NULL, NULL, NULL, POINTER]],
    ['nanosleep', [POINTER, NULL]],
    ['clock_nanosleep', [1n, 0n, POINTER, NULL]],
    ['restart_syscall', []],
    ['semtimedop', [1n, POINTER, 1n, POINTER]],
  ])('in %s ends by itself with one', (name, args) => {
    expect(isForGood(wait(name, ...args))).toBe(false);
  });
});

it('is one for a disk if it is as uninterruptible as that, unless it is for the child of vfork', async () => {
  const vfork = syscallNumber('vfork')!;
  const parent = spawn('perl', ['-e', `syscall(${vfork}) or sleep 1000`], { stdio: 'ignore', detached: true });
  try {
    await vi.waitFor(() => expect(waitOf(parent.pid!)?.nr).toBe(vfork), { timeout: 60_000 });
    expect(waitsForDisk(parent.pid!, waitOf(parent.pid!)!)).toBe(false);
    expect(waitsForDisk(parent.pid!, { line: '', nr: -1, args: [] })).toBe(true);
  } finally {
    process.kill(-parent.pid!, 'SIGKILL');
  }
});
