import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RenacerError } from '../../../src/model/errors.ts';
import { SYSCALL_CLASSES } from '../../../src/syscalls/classes.ts';
import { parseSyscallSet, SyscallSet } from '../../../src/syscalls/select.ts';
import { syscallName, syscallNames, syscallNumber, syscallNumbers } from '../../../src/syscalls/syscall-table.ts';

const all = syscallNumbers();
const named = (...names: string[]): number[] => names.map((name) => syscallNumber(name)!);

function failure(expression: string): RenacerError {
  try {
    parseSyscallSet(expression);
  } catch (error) {
    return error as RenacerError;
  }
  throw new Error(`${expression} was accepted`);
}

describe('parseSyscallSet', () => {
  it.each([
    ['read', named('read')],
    ['write,read,read', named('read', 'write')],
    ['2,openat', named('open', 'openat')],
    ['%lstat', named('lstat')],
    ['/^(p?)read64$', named('pread64')],
    ['?nonesuch', []],
    ['?nonesuch,close', named('close')],
    ['none', []],
    ['!none', all],
    ['all', all],
    ['!all', []],
    ['!read', all.filter((nr) => nr !== 0)],
    ['!!read', named('read')],
    ['read,all', all],
    ['read@64,/^pre?ad64$@64', named('read', 'pread64')],
    ['?read@32,write', named('write')],
    ['/^[[:alpha:]]+64v?$', all.filter((nr) => /^[a-z]+64v?$/.test(syscallName(nr)))],
  ])('%s', (expression, expected) => {
    expect(parseSyscallSet(expression).numbers()).toEqual(expected);
  });

  it('has the unknown numbers too where it is negated', () => {
    expect(parseSyscallSet('!read').has(9999)).toBe(true);
    expect(parseSyscallSet('read').has(9999)).toBe(false);
  });

  it.each([
    ['raed', 'Did you mean "read"?'],
    ['%netwrok', 'Did you mean "%network"?'],
    ['openat,opnat2', 'Did you mean "openat2"?'],
    ['raed@64', 'Did you mean "read"?'],
  ])('%s: %s', (expression, hint) => {
    expect(failure(expression)).toMatchObject({ code: 'BAD_SYSCALL_SET', hint });
  });

  it.each(['', ',', '!', '/(', 'creds', 'a b', '%', 'none,read', '-1', 'read@32', 'read@x32', 'read@65', '/(?:a)'])(
    'refuses %j',
    (expression) => {
      expect(failure(expression).message).toContain(JSON.stringify(expression));
    },
  );

  it('throws nothing but RenacerError', () => {
    const piece = fc.oneof(fc.constantFrom('%', '!', ',', '?', '/', 'read', '%file', 'all', '@'), fc.string());
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        try {
          parseSyscallSet(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(RenacerError);
        }
      }),
    );
  });

  it('reads back what a set prints', () => {
    fc.assert(
      fc.property(fc.subarray([...all]), fc.boolean(), (members, inverted) => {
        const set = new SyscallSet(members, inverted);
        expect(parseSyscallSet(String(set)).numbers()).toEqual(set.numbers());
      }),
    );
  });
});

describe('classes', () => {
  it.each(Object.entries(SYSCALL_CLASSES))('%s names calls of the table', (_, members) => {
    const names = new Set(syscallNames());
    // Newer than Linux 6.18, whose table this is.
    expect(members.filter((name) => !names.has(name))).toEqual([]);
  });
});
