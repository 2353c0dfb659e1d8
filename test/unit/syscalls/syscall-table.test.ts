import { describe, expect, it } from 'vitest';
import { errnoNameOf, errnoNames, errnoNumberOf, failureText } from '../../../src/syscalls/errnos.ts';
import { signalName, signalNumber, signalSetText } from '../../../src/syscalls/signals.ts';
import { capturesOf, definedNumbers } from '../../../src/syscalls/signatures.ts';
import { syscallEntry, syscallName, syscallNames, syscallNumber } from '../../../src/syscalls/syscall-table.ts';
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
