import { describe, expect, it } from 'vitest';
import { cataloguedErrors, cataloguedSyscalls } from '../../../src/faults/errno-catalogue.ts';
import { errnoByName } from '../../../src/faults/strace-names.ts';

describe('the catalogue of errors', () => {
  it('has the size that the manual pages gave', () => {
    const pairs = cataloguedSyscalls().map((syscall) => cataloguedErrors(syscall).length);
    expect(cataloguedSyscalls()).toHaveLength(320);
    expect(pairs.reduce((sum, count) => sum + count, 0)).toBe(2069);
  });

  it('has only names of errors, each once a call', () => {
    for (const syscall of cataloguedSyscalls()) {
      const errors = cataloguedErrors(syscall);
      expect(new Set(errors).size).toBe(errors.length);
      expect(errors.filter((errno) => errnoByName(errno) === undefined)).toEqual([]);
    }
  });

  it.each([
    ['read', 'EAGAIN EBADF EFAULT EINTR EINVAL EIO EISDIR'],
    ['brk', 'ENOMEM'],
    ['fork', 'EAGAIN ENOMEM ENOSYS'],
    ['close', 'EBADF EDQUOT EINTR EIO ENOSPC'],
    ['epoll_wait', 'EBADF EFAULT EINTR EINVAL'],
    ['getdents64', 'EBADF EFAULT EINVAL ENOENT ENOTDIR'],
    ['munlock', 'ENOMEM EPERM'],
    ['getpid', ''],
  ])('knows the errors of %s', (syscall, errors) => {
    expect(cataloguedErrors(syscall).join(' ')).toBe(errors);
  });

  it('keeps an error to the functions that its page names', () => {
    expect(cataloguedErrors('openat')).toContain('EBADF');
    expect(cataloguedErrors('open')).not.toContain('EBADF');
    expect(cataloguedErrors('clone3')).toContain('EBUSY');
    expect(cataloguedErrors('clone')).not.toContain('EBUSY');
  });

  it('follows pages that refer to others', () => {
    expect(cataloguedErrors('writev')).toEqual(expect.arrayContaining(['ENOSPC', 'EPIPE']));
    expect(cataloguedErrors('pread64')).toEqual(expect.arrayContaining(['EIO', 'ESPIPE']));
    expect(cataloguedErrors('wait4')).toEqual(expect.arrayContaining(['ECHILD', 'EINTR']));
  });
});
