import { describe, expect, it } from 'vitest';
import { amongErrors, learnedOf, learnFrom, shareOf } from '../../../src/faults/learned.ts';
import { callsOfTrace } from '../../../src/faults/traced-calls.ts';

/** strace -f -T, in the forms that it takes. */
const STRACE = `380   access("/etc/ld.so.preload", R_OK) = -1 ENOENT (No such file or directory) <0.000010>
380   openat(AT_FDCWD, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3 <0.000010>
380   mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f296341f000 <0.000010>
380   write(1, "f(1) = -1 EIO (x)", 17)   = 17 <0.000010>
380   wait4(-1,  <unfinished ...>
381   connect(3, {sa_family=AF_INET}, 16 <unfinished ...>
381   <... connect resumed>)            = -1 ETIMEDOUT (Connection timed out) <0.127301>
380   ioctl(0, TCGETS, 0x7ffd)          = -1 ENOTTY (Inappropriate ioctl for device) <0.000010>
381   exit_group(2)                     = ?
381   read(0, 0x7ff, 1)                 = ? ERESTARTSYS (To be restarted if SA_RESTART is set) <0.5>
381   openat(AT_FDCWD, "a", O_RDONLY)   = -1 EIO (Input/output error) (INJECTED)
381   +++ exited with 2 +++
380   <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 2}], 0, NULL) = 381 <0.006881>
380   --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=381} ---
`;

const FIELDS = { type: 'syscall', abi: 'x86_64', result: -1, error: 'ENOSPC', duration: 0.0000321 };
const RECORDS = [
  { type: 'trace', schema_version: 1, command: ['true'] },
  { ...FIELDS, name: 'write' },
  { ...FIELDS, name: 'write', result: 4, error: null },
  { ...FIELDS, name: 'write', injected: true },
  { ...FIELDS, name: 'exit_group', result: null, error: null },
  { type: 'exit', exit_code: 0 },
];
const JSON_TRACE = `${RECORDS.map((record) => JSON.stringify(record)).join('\n')}\n{"type":"sysc`;

describe('the calls of a trace', () => {
  it('are read from strace with -f and -T: second halves, and the last result of a line', () => {
    expect(callsOfTrace(STRACE).map(({ name, errno }) => [name, errno])).toEqual([
      ['access', 'ENOENT'],
      ['openat', undefined],
      ['mmap', undefined],
      ['write', undefined],
      ['connect', 'ETIMEDOUT'],
      ['ioctl', 'ENOTTY'],
      ['wait4', undefined],
    ]);
    expect(callsOfTrace(STRACE)[4]!.durationMs).toBeCloseTo(127.301);
  });

  it.each([
    ['no option', 'close(3) = -1 EIO (Input/output error)'],
    ['-f on stderr', '[pid  1234] close(3) = -1 EIO (Input/output error)'],
    ['-t', '12:00:01 close(3) = -1 EIO (Input/output error)'],
    ['-r', '     0.000012 close(3) = -1 EIO (Input/output error)'],
    ['-f -ttt -i', '416   1796087947.172765 [00007f346db29ad7] close(3) = -1 EIO (Input/output error)'],
  ])('are read from strace with %s', (_, line) => {
    expect(callsOfTrace(line)).toEqual([{ name: 'close', errno: 'EIO', durationMs: 0 }]);
  });

  it("are read from Renacer's JSON, also where its last line is half a line", () => {
    expect(callsOfTrace(JSON_TRACE)).toEqual([
      { name: 'write', errno: 'ENOSPC', durationMs: expect.closeTo(0.0321) },
      { name: 'write', errno: undefined, durationMs: expect.closeTo(0.0321) },
    ]);
  });
});

describe('what is learned of a trace', () => {
  it('is how often a call failed, with which errors, and how late; what a wrong argument brings is left out', () => {
    expect(learnedOf(STRACE, 'a')).toEqual({
      access: { calls: 1, failures: [{ errno: 'ENOENT', delayMs: 0, times: 1 }] },
      connect: { calls: 1, failures: [{ errno: 'ETIMEDOUT', delayMs: 127, times: 1 }] },
    });
    const { write } = learnedOf(JSON_TRACE, 'a');
    expect(write).toEqual({ calls: 2, failures: [{ errno: 'ENOSPC', delayMs: 0, times: 1 }] });
    expect(shareOf(write!)).toBe(0.5);
  });

  it('can be kept to some errors', () => {
    expect(Object.keys(amongErrors(learnedOf(STRACE, 'a'), ['ETIMEDOUT'], 'a'))).toEqual(['connect']);
  });

  it.each([
    ['no call', () => learnedOf('root:x:0:0\n', 'a'), 'nothing can be learned from "a": there is no system call in it'],
    [
      'no failure',
      () => learnedOf('close(3) = 0\nioctl(0, TCGETS, 0x7ffd) = -1 ENOTTY (x)\n', 'a'),
      'nothing can be learned from "a": no system call in it failed for a reason outside of the program',
    ],
    [
      'no such error',
      () => amongErrors(learnedOf(STRACE, 'a'), ['EIO', 'EROFS'], 'a'),
      'nothing can be learned from "a": no system call in it failed with EIO, EROFS',
    ],
    ['no file', () => learnFrom('/no/file'), 'nothing can be learned from "/no/file": there is no such file'],
    ['a directory', () => learnFrom('/'), 'nothing can be learned from "/": it is a directory'],
  ])('is refused with %s', (_, learn, message) => {
    expect(learn).toThrow(expect.objectContaining({ code: 'BAD_LEARNED', message }));
  });
});
