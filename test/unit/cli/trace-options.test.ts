import { describe, expect, it } from 'vitest';
import { asksForTrace, type CommandLine, parseCommandLine } from '../../../src/cli/command-line.ts';
import type { DescriptorSet } from '../../../src/syscalls/descriptor-set.ts';

const parse = (...argv: string[]): CommandLine => parseCommandLine([...argv, '--', 'true'], {}, undefined);
const trace = (...argv: string[]): CommandLine['trace'] => parse(...argv).trace;

describe('options are read as getopt does', () => {
  it('clusters, with a value at the end or behind it', () => {
    expect(trace('-fttTs5')).toMatchObject({ follow: true, callTimes: 'us', stringLimit: 5 });
    expect(trace('-fo', 'file')).toMatchObject({ follow: true, outputFile: 'file' });
    expect(trace('-ofile')).toMatchObject({ outputFile: 'file' });
  });

  it('a value that may be left out follows a =, and never is the next word', () => {
    const line = parseCommandLine(['-r', 'ms', 'x'], {}, undefined);
    expect(line).toMatchObject({ command: 'ms', args: ['x'] });
    expect(line.trace.relativeTimes).toBe('us');
    expect(trace('--relative-timestamps=ms').relativeTimes).toBe('ms');
    expect(parseCommandLine(['--chaos-signals', 'ls', '-l'], {}, undefined)).toMatchObject({
      command: 'ls',
      args: ['-l'],
    });
  });

  it('a value that stands apart all the same is refused, with the right form', () => {
    const refusal =
      (...argv: string[]) =>
      () =>
        parseCommandLine(argv, {}, undefined);
    expect(refusal('--chaos-signals', 'SIGTERM', '--', 'true')).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: 'a value of --chaos-signals must follow a "="',
        hint: 'Write --chaos-signals=SIGTERM, or --chaos-signals -- SIGTERM if that is the command.',
      }),
    );
    expect(refusal('--trace', 'write', '--', 'ls')).toThrow('a value of --trace must follow a "="');
    expect(refusal('--trace', 'openat', 'ls')).toThrow('a value of --trace must follow a "="');
    expect(refusal('--chaos-partition', 'true', '--', 'ls')).toThrow('--chaos-partition');
    expect(refusal('--quiet', 'attach', '--', 'ls')).toThrow('--quiet');
    expect(parseCommandLine(['--chaos-partition', 'true'], {}, undefined).command).toBe('true');
    expect(parseCommandLine(['--trace', '--', 'write'], {}, undefined).command).toBe('write');
    expect(parseCommandLine(['--trace', 'sh', '-c', '--'], {}, undefined).command).toBe('sh');
  });

  it.each([
    [['--report', '--', 'true'], '--report needs a value (file), and what follows is "--"'],
    [['--verify', '-f', '--', 'true'], '--verify needs a value (command), and what follows is "-f"'],
    [['-o', '--chaos=gentle', '--', 'true'], '--output needs a value (file), and what follows is "--chaos=gentle"'],
    [['--record'], '--record needs a value (file), and nothing follows'],
    [['-fs'], '--string-limit needs a value (size), and nothing follows'],
  ])('%j: the value is missing', (argv, message) => {
    expect(() => parseCommandLine(argv, {}, undefined)).toThrow(expect.objectContaining({ code: 'USAGE', message }));
  });

  it.each([
    ['--memory', 'Did you mean --chaos-memory-limit or --chaos-memory-failure?'],
    ['--cpu', 'Did you mean --chaos-cpu-limit?'],
    ['--timeot', 'Did you mean --chaos-timeout?'],
    ['--chaos-memory-limt', 'Did you mean --chaos-memory-limit?'],
    ['--xyzzy', 'See renacer --help.'],
  ])('%s is unknown', (flag, hint) => {
    expect(() => parse(`${flag}=10M`)).toThrow(expect.objectContaining({ code: 'USAGE', hint }));
  });

  it('an option of chaos or of results alone asks for no trace', () => {
    const traces = (...argv: string[]) => asksForTrace(parse(...argv), false);
    expect(traces()).toBe(true);
    expect(traces('-f')).toBe(true);
    for (const option of [
      '--expect=survived',
      '--verify=true',
      '--report=r',
      '--chaos-packet-loss=0',
      '--chaos=none',
    ]) {
      expect([option, traces(option)]).toEqual([option, false]);
      expect(traces(option, '-f')).toBe(true);
      expect(traces(option, '-e', 'trace=read')).toBe(true);
      expect(traces(option, '-T')).toBe(true);
      expect(traces(option, '-o', 'file')).toBe(false);
    }
  });

  it('the beginning of a long name is enough if it is the only one', () => {
    expect(trace('--follow').follow).toBe(true);
    expect(trace('--syscall-t=ns').callTimes).toBe('ns');
    expect(() => trace('--s')).toThrow('--s');
  });

  it("the command's own options are left alone", () => {
    expect(parseCommandLine(['-f', 'ls', '-ttr', '--fol'], {}, undefined).args).toEqual(['-ttr', '--fol']);
  });
});

function fds(members: readonly number[], inverted = false): DescriptorSet {
  return { members, inverted };
}

describe('a later option overrides an earlier one', () => {
  it.each<[string[], Partial<CommandLine['trace']>]>([
    [['-c', '-C'], { summary: 'also' }],
    [['-k', '-k'], { stackTraces: 'source' }],
    [['-kk', '--stack-trace'], { stackTraces: 'symbol' }],
    [['-k', '--stack-traces=source'], { stackTraces: 'source' }],
    [['--stack-trace-frame-limit=9', '--stack-trace-frame-limit=1'], { frameLimit: 1 }],
    [['-xx', '--strings-in-hex=none'], { strings: 'octal' }],
    [['-ttt', '--absolute-timestamps=none'], { absoluteTimes: undefined }],
    [['--absolute-timestamps=none', '-t'], { absoluteTimes: { form: 'time', precision: 's' } }],
    [['-z', '-Z'], { statuses: new Set(['failed']) }],
    [['-s', '1', '-s2'], { stringLimit: 2 }],
    [['-v', '-Y'], { processNames: true }],
    [['-y', '--decode-fds=none'], { decodeFds: new Set() }],
  ])('%j', (argv, expected) => {
    expect(trace(...argv)).toMatchObject(expected);
  });

  it('of -e trace= and --trace too', () => {
    expect(parse('--trace', '-e', 'trace=close').expressions.trace!.numbers()).toEqual([3]);
    expect(parse('--trace=close', '-e', 'read').expressions.trace!.numbers()).toEqual([0]);
  });
});

it.each<[string[], Partial<CommandLine['trace']>]>([
  [['-t'], { absoluteTimes: { form: 'time', precision: 's' } }],
  [['-t', '-t'], { absoluteTimes: { form: 'time', precision: 'us' } }],
  [['-ttt'], { absoluteTimes: { form: 'unix', precision: 'us' } }],
  [['--absolute-timestamps=format:unix,precision:ms'], { absoluteTimes: { form: 'unix', precision: 'ms' } }],
  [['-q'], { quiet: new Set(['attach', 'personality']) }],
  [['-qq'], { quiet: new Set(['attach', 'personality', 'exit']) }],
  [['-e', 'quiet=exits'], { quiet: new Set(['exit']) }],
  [['-e', 'status=!successful'], { statuses: new Set(['failed', 'unfinished', 'unavailable', 'detached']) }],
  [['-e', 'status=all'], { statuses: undefined }],
  [
    ['-E', 'A=b=c', '-E', 'B'],
    {
      env: [
        ['A', 'b=c'],
        ['B', undefined],
      ],
    },
  ],
  [['-P', 'a', '--trace-path=b'], { paths: ['a', 'b'] }],
  [['-yy'], { decodeFds: new Set(['path', 'socket', 'dev', 'eventfd', 'pidfd', 'signalfd']) }],
  [['--decode-fds=socket,dev'], { decodeFds: new Set(['socket', 'dev']) }],
  [['-e', 'read=0,5', '--write=!2'], { dumps: { read: fds([0, 5]), write: fds([2], true) } }],
  [['-e', 'read=all', '-e', 'w=none'], { dumps: { read: fds([], true), write: fds([]) } }],
  [['-X', 'raw', '-N', '-Y'], { constants: 'raw', argumentNames: true, processNames: true }],
  [['--trace-fds=3', '--syscall-limit=10'], { descriptors: fds([3]), callLimit: 10 }],
  [['-ff', '-o', 'x'], { separately: true }],
  [['-ff'], { separately: false }],
  [
    ['-c', '-U', 'name,count,time_percent,longest'],
    {
      summary: 'only',
      counts: {
        sortBy: 'total-time',
        columns: ['name', 'calls', 'time-percent', 'max-time'],
        extended: false,
        overheadSeconds: 0,
      },
    },
  ],
  [
    ['-S', 'syscall', '-O5ms'],
    { counts: { sortBy: 'name', columns: undefined, extended: false, overheadSeconds: 0.005 } },
  ],
])('%j', (argv, expected) => {
  expect(trace(...argv)).toMatchObject(expected);
});

it('-e signal= takes names, numbers, and a negation', () => {
  const { signals } = trace('-e', 'signal=!term,SIGCHLD,1');
  expect([15, 17, 1, 2].map((signal) => signals!(signal))).toEqual([false, false, false, true]);
});

it.each([
  [['-a', 'x']],
  [['-s', '-1']],
  [['-S', 'bogus']],
  [['-U', 'name,bogus']],
  [['-e', 'status=bogus']],
  [['-e', 'quiet=bogus']],
  [['-e', 'signal=bogus']],
  [['-e', 'decode-fds=bogus']],
  [['-e', 'read=x']],
  [['-X', 'bogus']],
  [['--syscall-limit=0']],
  [['--relative-timestamps=minutes']],
  [['--format', 'xml']],
])('%j is refused with what is allowed', (argv) => {
  expect(() => trace(...argv)).toThrow(
    expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringContaining('allowed: ') }),
  );
});

it.each([
  [['-ff', '-c', '-o', 'x']],
  [['-ff', '-o', '|cat']],
  [['--format', 'json', '-c']],
  [['--format', 'html', '-ff', '-o', 'x']],
])('%j exclude each other', (argv) => {
  expect(() => trace(...argv)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

it.each([
  ['--kvm=vcpu'],
  ['--secontext'],
  ['--tips'],
  ['-d'],
  ['-ekvm=vcpu'],
  ['--decode-pids=pidns'],
  ['--namespace=new'],
])('%s is refused by name, and says why', (option) => {
  expect(() => trace(option)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_OPTION' }));
});

it('-e abbrev= and -e verbose= take sets of calls', () => {
  const { whole, dereferenced } = trace('-e', 'abbrev=!fstat,execve', '-e', 'verbose=poll');
  expect(whole!.numbers()).toEqual([5, 59]);
  expect(dereferenced!.numbers()).toEqual([7]);
  expect(trace('-v', '-e', 'abbrev=all').whole!.numbers()).toEqual([]);
});
