import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { guest, hasCompiler, scratch } from '../support/guests.ts';
import { renacer } from '../support/renacer.ts';

/** What the guest finds when this rule is injected. Its own calls alone are met, not those of the loader. */
function find(rule: string, ...args: readonly string[]): string {
  const { stdout, status } = renacer(['-e', `inject=${rule}:from=entry`, '--', guest('truths'), ...args]);
  return status === 0 ? stdout.trim() : `status ${status}`;
}

function findUntouched(...args: readonly string[]): string {
  return spawnSync(guest('truths'), args, { encoding: 'utf8' }).stdout.trim();
}

describe.skipIf(!hasCompiler)('what a fault leaves behind (skipped without a C compiler)', () => {
  it.each([
    ['an error of close closes the descriptor', 'close:error=EIO:when=1', ['close'], 'close=-5 fcntl=-9'],
    ['but not with strace', 'close:error=EIO:when=1:strace', ['close'], 'close=-5 fcntl=0'],
    ['close of a bad descriptor closes nothing', 'close:error=EBADF:when=1', ['close'], 'close=-9 fcntl=0'],
    ['a failing brk returns the old break', 'brk:error=ENOMEM', ['brk'], 'returned=old after=old'],
    ['but not with strace', 'brk:error=ENOMEM:when=2:strace', ['brk'], 'returned=error after=old'],
    ['EPIPE comes with SIGPIPE', 'write:error=EPIPE:when=1', ['epipe'], 'status 141'],
    ['which a handler sees', 'write:error=EPIPE:when=1', ['epipe', 'handle'], 'write=-32 pipes=1'],
    ['unless it is ignored', 'write:error=EPIPE:when=1', ['epipe', 'ignore'], 'write=-32 pipes=0'],
    ['or it is asked not to come', 'sendto:error=EPIPE', ['epipe-send'], 'send=-32 pipes=0'],
    ['with strace only the error comes', 'write:error=EPIPE:when=1:strace', ['epipe'], 'write=-32 pipes=0'],
    ['EINTR comes where a handler has no SA_RESTART', 'read,poll:error=EINTR', ['eintr', 'no'], 'read=-4 poll=-4'],
    ['with it, only where nothing is restarted', 'read,poll:error=EINTR', ['eintr', 'restart'], 'read=1 poll=-4'],
    ['with strace everywhere', 'read,poll:error=EINTR:strace', ['eintr', 'restart'], 'read=-4 poll=-4'],
    [
      'who sleeps on after EINTR sleeps long enough',
      'nanosleep:error=EINTR:when=1..3',
      ['sleep-on'],
      'interrupted=3 slept=1',
    ],
    [
      'after ECONNRESET the connection is over',
      'recvfrom:error=ECONNRESET:when=1',
      ['reset'],
      'recv=-104 last=0 send=-32 peer=-104',
    ],
    ['but not with strace', 'recvfrom:error=ECONNRESET:when=1:strace', ['reset'], 'recv=-104 last=-11 send=1 peer=1'],
    [
      'ECONNABORTED drops the connection that was accepted',
      'accept:error=ECONNABORTED:when=1',
      ['aborted'],
      'accept=-103 leaked=0 again=-11 client=closed',
    ],
    [
      'but not with strace',
      'accept:error=ECONNABORTED:when=1:strace',
      ['aborted'],
      'accept=-103 leaked=0 again=1 client=open',
    ],
    ['after=ERRNO happened', 'write:after=EIO:when=1', ['after'], 'write=-5 size=10 offset=10'],
    ['error=ERRNO did not', 'write:error=EIO:when=1', ['after'], 'write=-5 size=0 offset=0'],
    ['a lost write moves the offset', 'write:lost:when=1', ['lost'], 'n=5 m=5 size=10 lost=1 kept=1 intact=1'],
    ['corrupt changes what is read', 'read:corrupt=3', ['corrupt-read'], 'n=16 differing=3'],
    ['by bits', 'read:corrupt=1bit', ['corrupt-read'], 'n=16 differing=1'],
    [
      'what is written is the program’s own again, in memory that it can’t write, too',
      'write:corrupt=3:when=1..2',
      ['corrupt-write'],
      'n=16 differing=3 own=1 m=16 constant=3 page=1',
    ],
    ['a delay before a call holds its task alone', 'getpgid:delay_enter=300ms', ['delay'], 'took=1 others=1'],
    ['and one after it', 'getpgid:delay_exit=300ms', ['delay'], 'took=1 others=1'],
  ] as const)('%s', (_, rule, args, expected) => {
    expect(findUntouched(...args)).not.toBe(expected);
    expect(find(rule, ...args)).toBe(expected);
  });

  it.each([
    ['read', 'short=10', ['short-read'], 'n=10 offset=10 untouched=1 intact=1'],
    ['pread64', 'short=0.25', ['short-pread'], 'n=25 untouched=1 intact=1'],
    ['write', 'short=3', ['short-write'], 'n=3 size=3 intact=1'],
    ['pwrite64', 'short=3', ['short-pwrite'], 'n=3 size=8 intact=1'],
    ['readv,writev', 'short=15', ['short-vector'], 'got=15 offset=15 put=15 size=15 vector=1 intact=1'],
    ['readv,writev', 'short=0.1', ['short-vector'], 'got=3 offset=3 put=3 size=3 vector=1 intact=1'],
    ['sendmsg,recvmsg', 'short=12', ['short-message'], 'sent=12 got=12 vector=1 message=1'],
    ['sendto,recvfrom', 'short=7', ['short-socket'], 'sent=7 got=7 untouched=1 intact=1'],
    ['sendfile', 'short=0.1', ['short-sendfile'], 'n=10 size=10 intact=1'],
    ['getrandom', 'short=8', ['short-random'], 'n=8 rest=1 intact=1'],
  ] as const)(
    '%s:%s really moves fewer bytes, and leaves registers and vectors as they were',
    (set, short, args, expected) => {
      expect(find(`${set}:${short}`, ...args)).toBe(expected);
    },
  );

  it('short getdents64 tells of every entry, in more calls', () => {
    const [, entries] = /entries=(\d+) calls=1 /.exec(findUntouched('short-directory'))!;
    const found = /last=0 entries=(\d+) calls=(\d+) intact=1/.exec(find('getdents64:short=300', 'short-directory'))!;
    expect(found[1]).toBe(entries);
    expect(Number(found[2])).toBeGreaterThan(10);
  });

  it.each([
    ['before', ''],
    ['after', '01234'],
  ])('kill=%s leaves the file as the call found or made it', (moment, content) => {
    const file = path.join(scratch(), 'file');
    expect(find(`write:kill=${moment}:path=${file}`, 'kill', file)).toBe('status 137');
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  it('a pipe that is broken is so for every process that has it', () => {
    const script = '/bin/echo 1; echo $? >&2; /bin/echo 2; echo $? >&2; trap "" PIPE; /bin/echo 3; echo $? >&2';
    const rule = 'inject=write:error=EPIPE:fd=1:count=tree:when=1';
    const { stdout, stderr } = renacer(['-e', rule, '--', 'sh', '-c', script]);
    expect(stdout).toBe('');
    expect(stderr.split('\n').filter((line) => /^\d+$/.test(line))).toEqual(['141', '141', '1']);
  });

  it('random faults break no pipe that a process has to itself', () => {
    const file = path.join(scratch(), 'out');
    const random = ['rate=1', 'kinds=error', 'errors=EPIPE', 'syscalls=write'].map((part) => part.split('='));
    const flags = random.map(([name, value]) => `--chaos-byzantine${name === 'rate' ? '' : `-${name}`}=${value}`);
    const script = `'${guest('truths')}' epipe ignore >'${file}'`;
    renacer([...flags, '--', 'sh', '-c', script]);
    expect(readFileSync(file, 'utf8').trim()).toBe('write=1 pipes=0');
  });

  it('meets the one thread that is meant', () => {
    expect(find('pread64:error=EIO:task=0.2:when=1..3', 'threads')).toBe('640 445 640 640');
    expect(find('pread64:short=32:task=0.4', 'threads')).toBe('640 640 640 320');
    expect(find('pread64:corrupt=64:task=0.1', 'threads')).toBe('640 640 640 640');
  });
});
