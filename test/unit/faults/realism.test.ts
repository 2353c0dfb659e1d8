import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cataloguedErrors, cataloguedSyscalls } from '../../../src/faults/errno-catalogue.ts';
import { ERRNO_FAMILIES } from '../../../src/faults/errno-families.ts';
import { errorsFor, isLikely, realism, type Situation } from '../../../src/faults/realism.ts';
import { FD_KINDS } from '../../../src/faults/selector.ts';
import { errnoByName } from '../../../src/faults/strace-names.ts';

const plain: Situation = { fdKind: undefined, nonblocking: false, hasTimeout: false, canBlock: false };
const file: Situation = { ...plain, fdKind: 'file' };
const pipe: Situation = { ...plain, fdKind: 'pipe', canBlock: true };
const socket: Situation = { ...plain, fdKind: 'socket', canBlock: true };
const quick = { nonblocking: true, canBlock: false };

const arbitrarySituation: fc.Arbitrary<Situation> = fc.record({
  fdKind: fc.option(fc.constantFrom(...FD_KINDS), { nil: undefined }),
  nonblocking: fc.boolean(),
  hasTimeout: fc.boolean(),
  canBlock: fc.boolean(),
  creates: fc.boolean(),
  writes: fc.boolean(),
});

describe('realism', () => {
  it.each<[string, string, string, Situation]>([
    ['read', 'EIO', 'likely', file],
    ['read', 'EIO', 'impossible', pipe],
    ['read', 'EIO', 'impossible', socket],
    ['read', 'EIO', 'rare', plain],
    ['read', 'ECONNRESET', 'likely', socket],
    ['read', 'ECONNRESET', 'impossible', file],
    ['read', 'EAGAIN', 'impossible', pipe],
    ['read', 'EAGAIN', 'likely', { ...pipe, ...quick }],
    ['write', 'EAGAIN', 'likely', { ...pipe, ...quick }],
    ['write', 'EAGAIN', 'impossible', { ...pipe, ...quick, fdKind: 'eventfd' }],
    ['read', 'EAGAIN', 'likely', { ...pipe, ...quick, fdKind: 'eventfd' }],
    ['read', 'EINTR', 'likely', pipe],
    ['read', 'EINTR', 'impossible', file],
    ['read', 'EBADF', 'impossible', file],
    ['read', 'EISDIR', 'impossible', file],
    ['write', 'ENOSPC', 'likely', file],
    ['write', 'ENOSPC', 'impossible', socket],
    ['write', 'EPIPE', 'likely', pipe],
    ['write', 'EPIPE', 'impossible', file],
    ['recvfrom', 'EAGAIN', 'likely', { ...socket, hasTimeout: true }],
    ['recvfrom', 'EAGAIN', 'impossible', socket],
    ['getdents64', 'ENOENT', 'impossible', { ...plain, fdKind: 'dir' }],
    ['getdents64', 'EIO', 'likely', { ...plain, fdKind: 'dir' }],
    ['openat', 'ENOSPC', 'impossible', plain],
    ['openat', 'ENOSPC', 'likely', { ...plain, creates: true }],
    ['openat', 'EMFILE', 'likely', plain],
    ['openat', 'ELOOP', 'rare', plain],
    ['close', 'EIO', 'likely', file],
    ['close', 'EIO', 'impossible', socket],
    ['connect', 'ECONNREFUSED', 'likely', socket],
    ['connect', 'EINPROGRESS', 'impossible', { ...socket, ...quick }],
    ['futex', 'ETIMEDOUT', 'impossible', { ...plain, canBlock: true }],
    ['futex', 'ETIMEDOUT', 'likely', { ...plain, canBlock: true, hasTimeout: true }],
    ['mmap', 'ENOMEM', 'likely', plain],
    ['munmap', 'ENOMEM', 'rare', plain],
    ['clone', 'EAGAIN', 'likely', plain],
    ['fstat', 'ENOENT', 'impossible', file],
    ['getpid', 'EIO', 'impossible', plain],
  ])('%s %s is %s', (syscall, errno, expected, situation) => {
    expect(realism(syscall, errno, situation)).toBe(expected);
  });

  it('says what is likely, whatever it has to look at for that', () => {
    fc.assert(
      fc.property(fc.constantFrom(...cataloguedSyscalls()), arbitrarySituation, (syscall, situation) => {
        const errnos = [...cataloguedErrors(syscall), 'EINTR', 'EIO', 'ENOSPC'];
        const likely = errnos.filter((errno) => isLikely(syscall, errno, () => situation));
        expect(likely).toEqual(errnos.filter((errno) => errorsFor(syscall, situation, 'likely').includes(errno)));
      }),
      { numRuns: 500 },
    );
  });

  it('lists what to choose from', () => {
    expect(errorsFor('read', file, 'likely')).toEqual(['EIO']);
    expect(errorsFor('read', pipe, 'likely')).toEqual(['EINTR']);
    expect(errorsFor('write', file, 'likely')).toEqual(['EDQUOT', 'EIO', 'ENOSPC']);
    expect(errorsFor('write', { ...socket, ...quick }, 'likely')).toEqual([
      'EAGAIN',
      'ECONNRESET',
      'EPIPE',
      'ETIMEDOUT',
    ]);
    expect(errorsFor('getpid', plain, 'any')).toEqual([]);
    expect(errorsFor('read', file, 'any')).toEqual(expect.arrayContaining([...cataloguedErrors('read'), 'ECONNRESET']));
  });

  it('holds its laws for every call in every situation', () => {
    fc.assert(
      fc.property(fc.constantFrom(...cataloguedSyscalls()), arbitrarySituation, (syscall, situation) => {
        const likely = errorsFor(syscall, situation, 'likely');
        expect(errorsFor(syscall, situation, 'any')).toEqual(expect.arrayContaining(likely));
        for (const bug of ['EBADF', 'EFAULT', 'EINVAL']) expect(realism(syscall, bug, situation)).toBe('impossible');
        if (!situation.canBlock) expect(likely).not.toContain('EINTR');
      }),
    );
  });
});

describe('the families of errors', () => {
  it('have each call once, and name only errors that a page names, but for those with a plus', () => {
    const calls = ERRNO_FAMILIES.flatMap(({ calls }) => calls.split(' '));
    expect(calls.filter((call, i) => calls.indexOf(call) !== i)).toEqual([]);
    for (const family of ERRNO_FAMILIES) {
      const pages = new Set(family.calls.split(' ').flatMap(cataloguedErrors));
      const terms = [family.likely, family.rare, family.never].flatMap(
        (text) => text?.split(' ').filter(Boolean) ?? [],
      );
      for (const term of terms) {
        const errno = term.replace(/^\+|@.*$/g, '');
        expect(errnoByName(errno), term).toBeDefined();
        if (!term.startsWith('+')) expect(pages.has(errno), `${term} of ${family.calls}`).toBe(true);
      }
    }
  });

  it('name only calls of the catalogue', () => {
    const calls = ERRNO_FAMILIES.flatMap(({ calls }) => calls.split(' '));
    expect(calls.filter((call) => !cataloguedSyscalls().includes(call))).toEqual([]);
  });
});
