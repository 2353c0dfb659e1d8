import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseInject } from '../../src/faults/inject-grammar.ts';
import { isChosen, parseWhen } from '../../src/faults/when.ts';
import type { RenacerError } from '../../src/model/errors.ts';

const STRACE = 'strace';
const installed = spawnSync(STRACE, ['-V']).error === undefined;

/** Fields of an expression, each given to strace and to our parser: both accept it, or both refuse it in the same words. */
const FIELDS = [
  ...['', ':', '::', 'error=EIO', ':error=EIO', 'error=EIO:', 'error=EIO::when=2', 'foo', 'foo=1', 'Error=EIO'],
  ...['error:EIO', 'error =EIO', ' error=EIO', 'error=EIO ', 'error=EIO,when=3', 'error', 'error='],
  ...['error=eio', 'error=5', 'error=4095', 'error=4096', 'error=0', 'error=0x5', 'error=-5', 'error=+5', 'error= 5'],
  ...['error=010', 'error=5x', 'error=IO', 'error=E', 'error=EFOO', 'error=EWOULDBLOCK', 'error=EDEADLOCK'],
  ...['error=ENOTSUP', 'error=ERESTARTSYS', 'error=ERESTART_RESTARTBLOCK', 'error=ENOTSUPP', 'error=EHWPOISON'],
  ...['error=EIO:error=EIO', 'error=EIO:retval=1', 'retval=1:retval=1', 'retval=1:error=EIO'],
  ...['retval=0', 'retval=-1', 'retval=-4096', 'retval=0x10', 'retval=0X1f', 'retval=0xffffffffffffffff', 'retval=010'],
  ...['retval=08', 'retval=0x', 'retval=', 'retval= ', 'retval= 5', 'retval=+5', 'retval=- 1', 'retval=1x'],
  ...['retval=18446744073709551615', 'retval=18446744073709551616'],
  ...['retval=-18446744073709551615', 'retval=-18446744073709551616'],
  ...['signal=SIGINT', 'signal=INT', 'signal=sigint', 'signal=int', 'signal=2', 'signal=02', 'signal=64', 'signal=65'],
  ...['signal=0', 'signal=-1', 'signal=+5', 'signal= 5', 'signal=', 'signal=SIG', 'signal=SIGFOO', 'signal=SIGSIGINT'],
  ...['signal=RTMIN', 'signal=SIGRTMIN', 'signal=SIGRTMAX', 'signal=SIGRTMIN+1', 'signal=SIGRT_1', 'signal=RT_32'],
  ...['signal=RT_0', 'signal=RT_33', 'signal=POLL', 'signal=IOT', 'signal=CLD', 'signal=UNUSED', 'signal=2:signal=2'],
  ...['syscall=getpid', 'syscall=getpid:when=1', 'syscall=getpid:error=EIO', 'syscall=getppid:retval=5'],
  ...['syscall=gettid:signal=INT', 'syscall=getuid:delay_enter=1', 'syscall=open:error=EIO', 'syscall=39:error=EIO'],
  ...['syscall=%pure:error=EIO', 'syscall=getpid,getuid:error=EIO', 'syscall=:error=EIO', 'syscall=getpgid:error=EIO'],
  ...['syscall=getpid:syscall=getuid:error=EIO', 'syscall=?getpid:error=EIO', 'syscall=getpgrp:error=EIO'],
  ...['', 's', 'ms', 'us', 'ns', 'm', 'h', 'MS', ' ms', 'sec'].map((unit) => `delay_enter=1${unit}`),
  ...[
    '0',
    '1.5',
    '.5ms',
    '5.ms',
    '.',
    '1e1',
    '1E3',
    '1e',
    '1e-3s',
    '-1',
    '-0',
    '-0.0',
    '-.1',
    '+1',
    '+.5',
    ' 1',
    '1 ',
  ].map((time) => `delay_exit=${time}`),
  ...['0x10', 'inf', 'nan', '', 's', '1e30', '1e400', '1e-400', '1e-310', '0.5ns', '9223372036854775807'].map(
    (time) => `delay_exit=${time}`,
  ),
  ...['9223372036854775808', '9223372036854775807s', '9223372036854775807.5', '9.3e18s'].map((t) => `delay_exit=${t}`),
  ...['delay_enter=1:delay_enter=2', 'delay_enter=1:delay_exit=2', 'delay_exit=1:delay_exit=1'],
  ...['@arg1=00', '@arg7=00', '@arg0=00', '@arg8=00', '@arg01=00', '@arg=00', '@arg1=', '@arg1', 'arg1=00', '@arg1=0'],
  ...['@arg1=aBcD', '@arg1=gg', '@arg1=g1', '@arg1=000', '@arg1= 00', '@arg1==00', '@arg+1=00', '@ARG1=00', '', ',']
    .concat(['@arg1=00,', ',@arg1=00', '@arg1=00,,@arg2=00', '@arg2=00,@arg1=0011', '@arg1=00,@arg1=01', '@arg10=00'])
    .map((poke) => `poke_enter=${poke}`),
  ...['poke_enter=@arg1=00:poke_enter=@arg2=01', 'poke_enter=@arg1=00:poke_exit=@arg1=01', 'poke_exit=@arg2=01 '],
  ...['poke_exit=@arg2=01:error=EIO', 'poke_exit=@arg2=01:retval=3:delay_exit=1s:signal=9:when=2..4+2'],
  'when=1',
  ...[
    '',
    '0',
    '1',
    '01',
    '0x1',
    '65535',
    '65536',
    '-1',
    '+1',
    '+',
    ' 1',
    '1 ',
    '1+',
    '1+0',
    '1+1',
    '1+65535',
    '1+65536',
  ]
    .concat(['1..', '1..1', '2..1', '1..65534', '1..65535', '65535..65535', '65535+', '1..3+', '1..3+2', '1..3+0'])
    .concat(['1..3+2x', '1..+2', '1.. 3', '1 ..3', '..3', '1.3', '1...3', '1+2+3', '1+2..3', '1++', '1+ 2', '1+-2'])
    .concat(['1++2', '1..-2', '1..3 +', '99999999999999999999', '4294967297'])
    .map((when) => `error=EIO:when=${when}`),
  ...['error=EIO:when=1:when=2', 'error=EIO:when=1:when=x', 'error=EIO:when=x:when=1', 'error=EIO\\:when=2'],
];

/** What `fault=` takes of them. */
const FAULT_FIELDS = [
  ...['', 'error=EIO', 'when=2', 'error=EIO:when=2+', 'retval=1', 'signal=2', 'delay_enter=1', 'delay_exit=1', 'foo'],
  ...['poke_enter=@arg2=00', 'poke_exit=@arg2=00', 'syscall=getpid', 'syscall=getpid:error=EIO', 'when=x'],
];

/** strace reads these as other bytes than they say; we refuse them (docs/faults.md). */
const ACCEPTED_BY_STRACE_ALONE = [
  'poke_exit=@arg1=0g',
  'poke_exit=@arg1=0x00',
  'poke_exit=@arg1=-1',
  'poke_exit=@arg1=+0',
];

/** Ours. */
const ACCEPTED_BY_US_ALONE = [
  'lost',
  'short=1',
  'after=EIO',
  'corrupt=1bit',
  'kill',
  'error=EIO:prob=0.5',
  'error=EIO:strace',
];

/** The set is a system call that no program here makes, so that nothing happens but the reading of the expression. */
const SET = 'swapon';

function straceRefusal(qualifier: string, expression: string): string | undefined {
  const { stderr } = spawnSync(STRACE, ['-o', '/dev/null', '-e', `${qualifier}=${expression}`, 'true'], {
    encoding: 'utf8',
  });
  return /^strace: (invalid (?:inject|fault) argument '.*')$/m.exec(stderr)?.[1];
}

function ourRefusal(qualifier: 'inject' | 'fault', expression: string): string | undefined {
  try {
    parseInject(expression, qualifier);
    return undefined;
  } catch (error) {
    return (error as RenacerError).message;
  }
}

describe.skipIf(!installed)('the grammar of -e inject= against installed strace (skipped without strace)', () => {
  it.each(FIELDS)('inject=SET:%s', (fields) => {
    const expression = `${SET}:${fields}`;
    expect(ourRefusal('inject', expression)).toBe(straceRefusal('inject', expression));
  });

  it('without any field', () => {
    expect(ourRefusal('inject', SET)).toBe(straceRefusal('inject', SET));
    expect(ourRefusal('fault', SET)).toBe(straceRefusal('fault', SET));
  });

  it.each(FAULT_FIELDS)('fault=SET:%s', (fields) => {
    const expression = `${SET}:${fields}`;
    expect(ourRefusal('fault', expression)).toBe(straceRefusal('fault', expression));
  });

  it.each(ACCEPTED_BY_STRACE_ALONE)('differs on purpose: %s', (fields) => {
    expect(straceRefusal('inject', `${SET}:${fields}`)).toBeUndefined();
    expect(ourRefusal('inject', `${SET}:${fields}`)).toBeDefined();
  });

  it.each(ACCEPTED_BY_US_ALONE)('adds: %s', (fields) => {
    expect(straceRefusal('inject', `${SET}:${fields}`)).toBeDefined();
    expect(ourRefusal('inject', `${SET}:${fields}`)).toBeUndefined();
  });
});

describe.skipIf(!installed)('when= against installed strace (skipped without strace)', () => {
  const CALLS = 12;

  it.each([
    '1',
    '3',
    '12',
    '13',
    '1+',
    '4+',
    '1+1',
    '2+3',
    '3+5',
    '12+1',
    '2..2',
    '2..5',
    '2..5+',
    '1..9+3',
    '2..10+4',
    '5..5+3',
  ])('when=%s', (text) => {
    const script = 'cd /; '.repeat(CALLS);
    const options = ['-e', 'trace=chdir', '-e', `inject=chdir:error=EPERM:when=${text}`];
    const { stderr } = spawnSync(STRACE, [...options, 'sh', '-c', script], { encoding: 'utf8' });
    const lines = stderr.split('\n').filter((line) => line.startsWith('chdir('));
    const when = parseWhen(text)!;
    const ours = Array.from({ length: CALLS }, (_, i) => isChosen(when, i + 1));
    expect(lines.map((line) => line.endsWith('(INJECTED)'))).toEqual(ours);
  });
});
