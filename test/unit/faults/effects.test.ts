import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_EFFECTS, effectsOn, followsOn } from '../../../src/faults/effects.ts';
import { isRestarted, mayBlock } from '../../../src/faults/eintr.ts';
import { cataloguedErrors, cataloguedSyscalls } from '../../../src/faults/errno-catalogue.ts';
import { lostForm } from '../../../src/faults/lost.ts';
import { SHORT_IO, shortLength } from '../../../src/faults/short-io.ts';

describe('what an injected error leaves behind', () => {
  it.each([
    ['close', 'EIO', 'file', ['let-happen']],
    ['close', 'EBADF', undefined, []],
    ['brk', 'ENOMEM', undefined, ['old-break']],
    ['write', 'EPIPE', 'pipe', ['sigpipe', 'broken-pipe']],
    ['sendto', 'EPIPE', 'socket', ['sigpipe', 'dead-connection']],
    ['read', 'ECONNRESET', 'socket', ['dead-connection']],
    ['write', 'EFBIG', 'file', ['sigxfsz']],
    ['poll', 'EINTR', undefined, ['outputs', 'interruption']],
    ['waitid', 'ECHILD', undefined, ['outputs']],
    ['connect', 'EINTR', 'socket', ['interruption', 'connecting']],
    ['connect', 'EINPROGRESS', 'socket', ['time-out', 'connecting']],
    ['read', 'EAGAIN', 'pipe', []],
    ['read', 'EIO', 'file', []],
    ['accept4', 'ECONNABORTED', 'socket', ['drop-accepted']],
    ['accept4', 'EMFILE', 'socket', []],
    ['futex', 'EINTR', undefined, ['interruption']],
    ['close', 'EINTR', 'file', ['let-happen', 'interruption']],
  ] as const)('%s %s on %s', (syscall, errno, fdKind, expected) => {
    const effects = effectsOn(syscall, errno).filter((effect) => followsOn(effect, { kind: fdKind }));
    expect(effects.map(({ aftermath }) => aftermath)).toEqual(expected);
  });

  it('stands in docs/faults.md, row by row', () => {
    const docs = readFileSync(new URL('../../../docs/faults.md', import.meta.url), 'utf8');
    const rows = docs.replace(/ +/g, ' ');
    for (const { kernel, strace, source } of ERROR_EFFECTS)
      expect(rows).toContain(`| ${kernel} | ${strace} | ${source} |`);
  });

  it('names only calls that exist', () => {
    const calls = ERROR_EFFECTS.flatMap((effect) => effect.calls ?? []);
    expect(calls.filter((call) => !cataloguedSyscalls().includes(call))).toEqual([]);
    expect(Object.keys(SHORT_IO).filter((call) => !cataloguedSyscalls().includes(call))).toEqual([]);
  });
});

describe('EINTR', () => {
  it('needs a call that sleeps', () => {
    expect(mayBlock('read', 'file', false)).toBe(false);
    expect(mayBlock('read', 'pipe', false)).toBe(true);
    expect(mayBlock('read', 'pipe', true)).toBe(false);
    expect(mayBlock('epoll_wait', undefined, true)).toBe(true);
    expect(mayBlock('semop', undefined, true)).toBe(false);
    expect(mayBlock('openat', undefined, false)).toBe(false);
  });

  it('does not reach the program where the kernel restarts', () => {
    expect(isRestarted('read', 'pipe', false)).toBe(true);
    expect(isRestarted('recvfrom', 'socket', false)).toBe(true);
    expect(isRestarted('recvfrom', 'socket', true)).toBe(false);
    expect(isRestarted('read', 'socket', true)).toBe(false);
    expect(isRestarted('poll', undefined, false)).toBe(false);
    expect(isRestarted('nanosleep', undefined, true)).toBe(false);
  });

  it('every call that sleeps has it in its manual page, but for those whose page is silent', () => {
    const silent = cataloguedSyscalls().filter(
      (call) => mayBlock(call, 'pipe', false) && !cataloguedErrors(call).includes('EINTR'),
    );
    expect(silent).toEqual(['ioctl', 'sendfile', 'splice', 'tee', 'vmsplice']);
  });
});

describe('short transfers', () => {
  it.each([
    ['read', 100, { bytes: 10 }, 'file', 10],
    ['read', 100, { fraction: 0.25 }, 'file', 25],
    ['read', 3, { fraction: 0.1 }, 'file', 1],
    ['read', 1, { bytes: 1 }, 'file', undefined],
    ['read', 10, { bytes: 10 }, 'file', undefined],
    ['read', 8, { bytes: 1 }, 'eventfd', undefined],
    ['write', 4096, { bytes: 1 }, 'pipe', undefined],
    ['write', 4097, { bytes: 1 }, 'pipe', 1],
    ['getdents64', 32768, { bytes: 1 }, 'dir', 280],
    ['getdents64', 280, { bytes: 1 }, 'dir', undefined],
    ['openat', 10, { bytes: 1 }, undefined, undefined],
  ] as const)('%s of %d bytes with %j on %s', (syscall, asked, fault, fdKind, expected) => {
    expect(shortLength(syscall, asked, fault, fdKind)).toBe(expected);
  });
});

describe('lost effects', () => {
  it('are only where the caller cannot tell', () => {
    expect(lostForm('write', 'file')).toBe('advance');
    expect(lostForm('write', 'pipe')).toBeUndefined();
    expect(lostForm('write', undefined)).toBeUndefined();
    expect(lostForm('fsync', 'file')).toBe('zero');
    expect(lostForm('openat', undefined)).toBeUndefined();
  });
});
