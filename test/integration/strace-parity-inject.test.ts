import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { guest, has, hasCompiler, RENACER, scratch } from '../support/guests.ts';
import { PATIENCE_MS } from '../support/patience.ts';

/** Why these tests can't be run here, if they can't. */
const missing = [!has('strace') && 'strace', !hasCompiler && 'a C compiler'].filter(Boolean).join(' and ');

interface Behaviour {
  readonly status: number | null;
  readonly signal: string | null;
  /** What the program itself saw. */
  readonly stdout: string;
  /** The calls that were tampered with, as the trace shows them. */
  readonly marked: readonly string[];
}

function behaviour(tracer: string, expressions: readonly string[], set: string, args: readonly string[]): Behaviour {
  const file = path.join(scratch(), 'trace');
  const options = ['-f', '-o', file, '-e', `trace=${set}`, ...expressions.flatMap((text) => ['-e', text])];
  const ran = spawnSync(tracer, [...options, guest('parity'), ...args], { encoding: 'utf8', timeout: PATIENCE_MS });
  const marked = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => /\((INJECTED|DELAYED)\)/.test(line));
  return {
    // strace passes on how the program ended by ending the same way; we say it by our status, as a shell does.
    status: ran.status ?? 128 + { SIGKILL: 9, SIGTERM: 15, SIGINT: 2 }[ran.signal as 'SIGKILL']!,
    signal: null,
    stdout: ran.stdout,
    marked: marked.map(normal),
  };
}

/** Without what differs from run to run: process ids, addresses, the column of the result. */
function normal(line: string): string {
  return line
    .replace(/^\d+ +/, '')
    .replace(/0x[0-9a-f]{6,}/g, '0xADDRESS')
    .replace(/\) += /, ') = ');
}

function both(
  expressions: readonly string[],
  set: string,
  args: readonly string[] = [],
): [ours: Behaviour, straces: Behaviour] {
  return [behaviour(RENACER, expressions, set, args), behaviour('strace', expressions, set, args)];
}

/** Each field of the grammar, each form of `when`, and combinations. */
const EXPRESSIONS = [
  ...['EIO', 'eio', 'ENOSYS', '5', '4095', '1', 'ERESTARTSYS', 'EHWPOISON', '512', '600'].map(
    (e) => `chdir:error=${e}`,
  ),
  ...['0', '1', '0x10', '010', '2147483647'].map((value) => `chdir:retval=${value}`),
  ...['read:retval=4', 'read:retval=0', 'write:retval=2', 'dup:retval=77', 'access:retval=0', 'getpgid:retval=5'],
  ...['USR1', 'SIGUSR1', '10', 'RTMIN', '32', 'SIGCHLD', 'SIGCONT', 'SIGWINCH'].map(
    (name) => `chdir:signal=${name}:when=2`,
  ),
  ...['chdir:signal=KILL:when=3', 'read:signal=TERM:when=2', 'write:signal=INT:when=4', 'chdir:signal=USR1'],
  ...['getpid', 'getuid', 'getppid', 'getpgrp', 'gettid', 'geteuid', 'getgid', 'getegid'].map(
    (name) => `dup:syscall=${name}:error=EMFILE`,
  ),
  ...[
    'read:syscall=getpid:retval=3',
    'chdir:syscall=getuid:error=EIO:when=2+2',
    'write:syscall=getpid:retval=1:signal=USR1',
  ],
  ...['1', '1ms', '500us', '2000000ns', '0.001s', '0', '.5ms'].map((time) => `chdir:delay_enter=${time}:when=1..2`),
  ...['1', '1ms', '500us', '0.001s', '0'].map((time) => `chdir:delay_exit=${time}:when=2+3`),
  ...[
    'chdir:delay_enter=1ms:delay_exit=1ms:when=3',
    'chdir:delay_enter=1ms:error=EIO',
    'chdir:delay_exit=1ms:error=EIO',
  ],
  ...['write:poke_enter=@arg2=41424344', 'write:poke_enter=@arg2=4142:when=2', 'access:poke_enter=@arg1=2f6e6f'],
  ...[
    'read:poke_exit=@arg2=deadbeef',
    'read:poke_exit=@arg2=01:when=2+',
    'read:poke_exit=@arg2=01:retval=4',
    'read:poke_exit=,',
  ],
  ...[
    'read:poke_enter=@arg2=0102:poke_exit=@arg2=03',
    'write:poke_enter=@arg2=5a:error=EIO:when=3',
    'access:poke_exit=@arg1=61',
  ],
  ...[
    '1',
    '3',
    '6',
    '7',
    '1+',
    '4+',
    '1+1',
    '2+3',
    '3+5',
    '6+1',
    '2..2',
    '2..5',
    '2..4+',
    '1..6+2',
    '2..6+4',
    '5..5+3',
  ].map((when) => `chdir:error=EPERM:when=${when}`),
  ...[
    'chdir:error=EPERM:when=1:when=3',
    'chdir,umask:error=EIO:when=2',
    'read,write,dup:retval=1:when=2..3',
    '/^(ch|acc):error=EIO',
  ],
  ...[
    '%file:error=EACCES:when=4',
    '!read,writev,exit_group,execve,%memory,%desc,%process:error=EIO:when=9+',
    '?nosuch,chdir:error=EIO',
  ],
  ...['chdir:error=EIO:signal=USR1:delay_exit=1:when=2', 'umask:retval=9:signal=USR1:when=1+2'],
  ...['chdir::error=EIO::when=2', 'chdir:when=2:error=EIO'],
  ...[
    'read:error=EAGAIN',
    'read:error=EINTR:when=2:strace',
    'write:error=ENOSPC:when=3',
    'dup:error=EMFILE:when=2',
    'write:error=EPIPE:strace',
  ],
];

const FAULTS = ['chdir', 'chdir:error=EIO', 'read:when=2', 'read,write:error=ENOSPC:when=2+3', 'access:when=4..5'];

describe.skipIf(missing)(
  `-e inject= beside installed strace (skipped without ${missing || 'strace and a C compiler'})`,
  () => {
    it.each(EXPRESSIONS)('inject=%s', (expression) => {
      const set = expression.split(':')[0]!;
      const ours = behaviour(RENACER, [`inject=${expression}`], set, []);
      const straces = behaviour('strace', [`inject=${expression.replace(':strace', '')}`], set, []);
      expect(ours).toEqual(straces);
    });

    it.each(FAULTS)('fault=%s', (expression) => {
      const [ours, straces] = both([`fault=${expression}`], expression.split(':')[0]!);
      expect(ours).toEqual(straces);
      expect(ours.marked.length).toBeGreaterThan(0);
    });

    it('counts for each task by itself', () => {
      const [ours, straces] = both(['inject=chdir:error=EIO:when=2..3', 'inject=dup:retval=5:when=4'], 'chdir,dup', [
        '2',
      ]);
      expect(ours).toEqual(straces);
      expect(ours.marked).toHaveLength(9);
    });

    it('several system calls, each by its own rule', () => {
      const rules = [
        'inject=read:retval=1:when=2',
        'inject=write:error=EIO:when=3+',
        'fault=access:when=1',
        'inject=dup:signal=USR1',
      ];
      const [ours, straces] = both(rules, 'read,write,access,dup');
      expect(ours).toEqual(straces);
    });

    it('differs on purpose: of several rules for one call strace takes the last, we take all', () => {
      const [ours, straces] = both(['inject=chdir:error=EIO:when=2', 'inject=chdir:error=EPERM:when=4'], 'chdir');
      expect(straces.marked.map((line) => line.includes('EPERM'))).toEqual([true]);
      expect(ours.marked.map((line) => line.includes('EIO'))).toEqual([true, false]);
    });

    it.each(['-1', '-4095', '-4096', '4294967296', '-9223372036854775808', '18446744073709551615'])(
      'chdir:retval=%s: the program sees the same; the trace names the error that it sees',
      (value) => {
        const [ours, straces] = both([`inject=chdir:retval=${value}:when=2`], 'chdir');
        expect({ ...ours, marked: ours.marked.length }).toEqual({ ...straces, marked: straces.marked.length });
      },
    );

    it('differs on purpose: EINTR does not come where all handlers have SA_RESTART', () => {
      const [ours, straces] = both(['inject=read:error=EINTR:when=2'], 'read');
      expect(straces.stdout).toContain('1: read=-4');
      expect(ours.stdout).toContain('1: read=4');
      expect(ours.stdout).not.toContain('read=-4');
    });

    it('differs on purpose: strace loses a signal that comes with delay_enter', () => {
      const [ours, straces] = both(['inject=chdir:signal=USR1:delay_enter=1ms:when=2'], 'chdir');
      expect(straces.stdout).not.toContain('signals=10');
      expect(ours.stdout).toContain(
        '6: read=4[00000000] write=4[61626300] access=0[/dev/null] chdir=0 umask=18 dup=10',
      );
      expect(ours.stdout).toContain('signals=10');
    });

    it('pokes into memory, too, that the program can’t write', () => {
      const rule = 'inject=write:poke_enter=@arg2=5a:when=2';
      const command = ['-o', '/dev/null', '-e', rule, guest('truths'), 'corrupt-write'];
      const [ours, straces] = [RENACER, 'strace'].map(
        (tracer) => spawnSync(tracer, command, { encoding: 'utf8' }).stdout,
      );
      expect(ours).toContain('page=0');
      expect(ours).toBe(straces);
    });

    it('a system call may have its ABI', () => {
      const command = ['-o', '/dev/null', '-e', 'inject=chdir@64:error=EIO', 'true'];
      expect([RENACER, 'strace'].map((tracer) => spawnSync(tracer, command).status)).toEqual([0, 0]);
    });

    it('differs on purpose: a count beyond the buffer is refused, but not with :strace', () => {
      const [ours, straces] = both(['inject=read:retval=99:when=2'], 'read');
      expect(straces.stdout).toContain('read=99');
      expect(ours.stdout).not.toContain('read=99');
      expect(behaviour(RENACER, ['inject=read:retval=99:when=2:strace'], 'read', [])).toEqual(straces);
    });

    it('differs on purpose: bytes beyond the buffer are not poked, but with :strace', () => {
      const [ours, straces] = both(['inject=read:poke_exit=@arg2=0102030405:when=2'], 'read');
      expect(straces.stdout).toContain('1: read=4[01020304]');
      expect(ours.stdout).toContain('1: read=4[00000000]');
      expect(ours.marked).toEqual([]);
      expect(behaviour(RENACER, ['inject=read:poke_exit=@arg2=0102030405:when=2:strace'], 'read', [])).toEqual(straces);
    });
  },
);
