import { describe, expect, it } from 'vitest';
import { errnoNameOf, errnoNames, errnoNumberOf, failureText } from '../../../src/syscalls/errnos.ts';
import { signalName, signalNumber, signalSetText } from '../../../src/syscalls/signals.ts';
import { capturesOf, definedNumbers } from '../../../src/syscalls/signatures.ts';
import {
  callName,
  syscallEntry,
  syscallName,
  syscallNames,
  syscallNumber,
  syscallTable,
} from '../../../src/syscalls/syscall-table.ts';
import { words } from '../../support/made-calls.ts';

describe('the table of system calls', () => {
  it('has all of Linux 6.18: 0 to 336, and 424 to 469', () => {
    expect(syscallNames()).toHaveLength(337 + 46);
    expect(syscallName(336)).toBe('uprobe');
    expect(syscallName(469)).toBe('file_setattr');
  });

  it('finds numbers by name, and arguments by number', () => {
    expect(syscallNumber('newfstatat')).toBe(262);
    expect(syscallNumber('newstat')).toBeUndefined();
    expect(syscallEntry(0)?.args.map(({ name }) => name)).toEqual(['fd', 'buf', 'count']);
  });

  it('names what it does not know by its number', () => {
    expect(syscallName(0x1c8 + 100)).toBe('syscall_0x22c');
  });

  it.each([
    ['x86_64', 383, { read: 0, uprobe: 336, io_uring_setup: 425, file_setattr: 469 }],
    ['arm64', 325, { io_setup: 0, read: 63, openat: 56, io_uring_setup: 425, file_setattr: 469 }],
    ['i386', 459, { restart_syscall: 0, read: 3, openat: 295, clock_gettime64: 403, file_setattr: 469 }],
  ] as const)('of %s has %i calls of Linux 6.18', (architecture, count, some) => {
    const table = syscallTable(architecture);
    expect(table.numbers()).toHaveLength(count);
    expect(Math.max(...table.numbers())).toBe(469);
    for (const [name, nr] of Object.entries(some)) {
      expect(table.number(name)).toBe(nr);
      expect(table.name(nr)).toBe(name);
    }
    expect(table.name(470)).toBe('syscall_0x1d6');
  });

  it('gives the newer calls one number on all architectures', () => {
    const newer = syscallTable('arm64').numbers();
    for (const nr of newer.filter((number) => number >= 424)) {
      expect(callName({ nr, abi: 'i386' })).toBe(syscallTable('arm64').name(nr));
      expect(syscallName(nr)).toBe(syscallTable('arm64').name(nr));
    }
  });

  it('of arm64 passes what x86-64 passes, but for clone', () => {
    const arm64 = syscallTable('arm64');
    const differing = arm64
      .names()
      .filter(
        (name) =>
          JSON.stringify(arm64.entry(arm64.number(name)!)!.args) !==
          JSON.stringify(syscallEntry(syscallNumber(name)!)!.args),
      );
    expect(differing).toEqual(['clone']);
  });
});

describe('signatures', () => {
  it('exist for the calls that people read daily', () => {
    expect(definedNumbers().length).toBeGreaterThanOrEqual(290);
    expect(definedNumbers()).not.toContain(undefined);
  });

  it('never capture twice for one argument, part and moment', () => {
    for (const nr of definedNumbers()) {
      const keys = capturesOf(nr, words([1, 1, 1, 1, 1, 1])).map(
        (capture) => `${capture.arg} ${capture.at} ${capture.kind === 'behind' ? capture.part : 0}`,
      );
      expect(new Set(keys).size, syscallName(nr)).toBe(keys.length);
    }
  });
});

describe('errnos', () => {
  it('go both ways', () => {
    for (const name of errnoNames())
      expect(errnoNumberOf(errnoNameOf(errnoNumberOf(name)!)!)).toBe(errnoNumberOf(name));
    expect(errnoNumberOf('EWOULDBLOCK')).toBe(11);
    expect(errnoNameOf(95)).toBe('EOPNOTSUPP');
  });

  it('are printed with what they mean', () => {
    expect(failureText(13)).toBe('-1 EACCES (Permission denied)');
    expect(failureText(514)).toBe('? ERESTARTNOHAND (To be restarted if no handler)');
    expect(failureText(524)).toBe('-1 ENOTSUPP (Operation is not supported)');
  });
});

describe('signals', () => {
  it('go both ways', () => {
    for (let signal = 1; signal <= 64; signal++) expect(signalNumber(signalName(signal))).toBe(signal);
    expect(signalName(33)).toBe('SIGRT_1');
    expect(signalName(99)).toBe('99');
    expect(signalNumber('term')).toBe(15);
  });

  it('make sets, inverted from two thirds on', () => {
    expect(signalSetText(0x4002, 0)).toBe('[INT TERM]');
    expect(signalSetText(0xffffffff, 0xffffffff)).toBe('~[]');
    expect(signalSetText(0xfffffeff, 0xffffffff)).toBe('~[KILL]');
  });
});
