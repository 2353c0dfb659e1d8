import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/json-report.ts';
import { reportSchema } from '../../src/report/report-schema.ts';
import { closingLine, emptyDirectory, RENACER, ROOT, renacer } from '../support/renacer.ts';

const GENTLE = ['--chaos', 'gentle', '--'];
/** Each way to run a command: traced, with limits alone, with both. */
const WAYS = {
  traced: ['-o', '/dev/null', '-f', '--'],
  limited: ['--chaos', 'gentle', '-o', '/dev/null', '--'],
  'limited and traced': ['--chaos', 'gentle', '--trace', '-o', '/dev/null', '--'],
};

/** The report of a run. */
function report(...args: string[]): Report {
  const file = path.join(emptyDirectory(), 'report.json');
  renacer(['--report', file, ...args]);
  return JSON.parse(readFileSync(file, 'utf8')) as Report;
}

describe.each(Object.entries(WAYS))('what a %s command keeps', (_, way) => {
  it('stdin, stdout and stderr', () => {
    const { status, stdout, stderr } = renacer([...way, 'sh', '-c', 'cat; echo to stderr >&2'], { input: 'to stdout' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'to stdout', stderr: 'to stderr\n' });
  });

  it('a closed stdin, an empty one, and a file', () => {
    expect(renacer([...way, 'cat'], { stdio: ['ignore', 'pipe', 'pipe'] }).stdout).toBe('');
    const through = ['sh', '-c', 'exec "$0" "$@" <&- 2>/dev/null'];
    expect(renacer([...way, 'sh', '-c', 'cat || echo closed'], { through }).status).toBe(0);
    expect(renacer([...way, 'cat'], { through: ['sh', '-c', 'exec "$0" "$@" </etc/hostname'] }).stdout).toBe(
      readFileSync('/etc/hostname', 'utf8'),
    );
  });

  it('the environment, odd names included, and nothing more', () => {
    const env = { 'A-B': '1', 'with space': ' x ', EMPTY: '', LINES_: 'a\nb', PATH: process.env.PATH! };
    const bare = renacer([...way, 'env', '-0'], { env })
      .stdout.split('\0')
      .sort();
    const expected = Object.entries({ ...process.env, CHAOS_MODE: '', NO_COLOR: '', ...env });
    expect(bare).toEqual(['', ...expected.map(([name, value]) => `${name}=${value}`)].sort());
  });

  it('argv, with argv[0] as it was typed', () => {
    const { stdout } = renacer([...way, 'cat', '/proc/self/cmdline', '--', '/dev/null']);
    expect(stdout.split('\0')).toEqual(['cat', '/proc/self/cmdline', '--', '/dev/null', '']);
  });

  it('the working directory', () => {
    const cwd = emptyDirectory();
    expect(renacer([...way, 'pwd', '-P'], { cwd }).stdout.trim()).toBe(cwd);
  });

  it('file descriptors that were given to it, and no others', () => {
    const script = (command: string): string =>
      `${command} cat <(echo hello) /dev/fd/7 7<<<seven; ${command} ls /proc/self/fd 5</dev/null`;
    const bash = (...words: string[]): string[] => ['bash', '-c', script('"$@"'), 'bash', ...words];
    const [file, ...bare] = bash();
    const { stdout } = renacer(way, { through: bash() });
    expect(stdout).toContain('hello\nseven\n');
    expect(stdout).toBe(renacer(bare, { through: ['sh', '-c', `exec ${file} "$@"`] }).stdout);
  });

  it.each([
    ['its exit status', 'exit 3', 3],
    ['the highest exit status', 'exit 255', 255],
    ['128+n for a signal', 'kill -TERM $$', 143],
    ['128+n for SIGKILL', 'kill -KILL $$', 137],
  ])('%s', (_name, script, status) => {
    expect(renacer([...way, 'sh', '-c', script]).status).toBe(status);
  });
});

it('a command starts with our signal mask, though Renacer starts a guard beside it', () => {
  const masks = Array.from(
    { length: 20 },
    () => renacer([...WAYS.limited, 'grep', 'SigBlk', '/proc/self/status']).stdout,
  );
  expect([...new Set(masks)]).toEqual(['SigBlk:\t0000000000000000\n']);
});

describe("Renacer's own lines", () => {
  it('one block on stderr, without colour where that is no terminal', () => {
    const { stdout, stderr } = renacer([...GENTLE, 'echo', 'hello']);
    expect(stdout).toBe('hello\n');
    expect(stderr).toMatch(/^renacer ─+\n {3}outcome {2}survived \(exit status 0 after \d+\.\d\d s\)\n/);
    expect(stderr).toContain('again  renacer --chaos=gentle --seed=');
    expect(stderr).not.toContain('\x1b');
  });

  const onTerminal = (env: NodeJS.ProcessEnv): string =>
    renacer([], { through: ['sh', '-c', 'script -qec "$0 --chaos gentle -- true" /dev/null'], env }).stdout;

  it('in colour on a terminal', () => expect(onTerminal({ TERM: 'xterm' })).toContain('\x1b[32msurvived'));
  it('without colour where NO_COLOR is set', () => {
    const text = onTerminal({ TERM: 'xterm', NO_COLOR: '1' });
    expect(text).toContain('outcome  survived');
    expect(text).not.toContain('\x1b');
  });

  it('in the file of -o', () => {
    const file = path.join(emptyDirectory(), 'own');
    const { stdout, stderr } = renacer(['-o', file, ...GENTLE, 'sh', '-c', 'echo out; echo err >&2']);
    expect({ stdout, stderr }).toEqual({ stdout: 'out\n', stderr: 'err\n' });
    expect(readFileSync(file, 'utf8')).toContain('outcome  survived');
  });

  it('the command that runs it again does', () => {
    const first = renacer(['--chaos-signals', '--chaos-signal-rate', '0.05', '--', 'sh', '-c', "echo 'a b'"]);
    const again = closingLine(first, 'again')!.replace(/^renacer/, RENACER);
    const second = renacer([], { through: ['sh', '-c', again] });
    expect([second.stdout, closingLine(second, 'again')]).toEqual([first.stdout, closingLine(first, 'again')]);
  });
});

describe('outcomes and exit codes', () => {
  it.each([
    ['survived', 0, ['--', 'true']],
    ['failed', 7, ['--', 'sh', '-c', 'exit 7']],
    ['crashed', 139, ['--', 'sh', '-c', 'kill -SEGV $$']],
    ['stopped', 124, ['--chaos-timeout', '300ms', '--', 'sleep', '60']],
    ['hung', 124, ['--chaos-timeout', '2s', '--hang-after', '1s', '--', 'sleep', '60']],
    ['stopped', 124, ['--chaos-timeout', '2s', '--hang-after', '1s', '--', 'sh', '-c', 'while :; do :; done']],
    ['survived', 0, ['--verify', 'true', '--', 'true']],
    ['corrupted', 1, ['--verify', 'false', '--', 'true']],
    ['failed', 7, ['--verify', 'false', '--', 'sh', '-c', 'exit 7']],
    ['survived', 0, ['--expect', 'survived,failed', '--', 'true']],
    ['failed', 0, ['--expect', 'survived,failed', '--', 'false']],
    ['failed', 1, ['--expect', 'survived', '--', 'false']],
    ['stopped', 0, ['--expect', 'stopped', '--chaos-timeout', '100ms', '--', 'sleep', '60']],
    ['corrupted', 0, ['--expect', 'corrupted', '--verify', 'exit 9', '--', 'true']],
  ])('%s, exit code %i: %j', (outcome, code, args) => {
    const finished = renacer(['--chaos', 'gentle', ...args]);
    expect(closingLine(finished, 'outcome')).toMatch(new RegExp(`^${outcome}\\b`));
    expect(finished.status).toBe(code);
  });

  it('the check runs after the command, where it ran, and writes to stderr', () => {
    const cwd = emptyDirectory();
    const { status, stdout, stderr } = renacer(['--verify', 'cat made', '--', 'sh', '-c', 'echo content > made'], {
      cwd,
    });
    expect(status).toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain('content\n');
  });
});

describe('where the configuration comes from', () => {
  it('CHAOS_MODE is the default of --chaos', () => {
    const env = { CHAOS_MODE: 'gentle' };
    expect(closingLine(renacer(['--', 'true'], { env }), 'memory')).toContain('of 500 MiB');
    expect(renacer(['--chaos', 'none', '-o', '/dev/null', '--', 'true'], { env }).stderr).toBe('');
  });

  it('a file, with flags over it, wherever they stand', () => {
    const cwd = emptyDirectory();
    writeFileSync(path.join(cwd, 'chaos.json'), '{"memory_limit": "64M", "timeout": "5s", "seed": 7}');
    const finished = renacer(['--chaos-memory-limit', '128M', '--chaos', 'custom:chaos.json', '--', 'true'], { cwd });
    expect(closingLine(finished, 'memory')).toContain('of 128 MiB');
    expect(closingLine(finished, 'timeout')).toContain('of 5.00 s');
    expect(closingLine(finished, 'seed')).toBe('7');
  });
});

describe('signals', () => {
  const arguments_ = ['--chaos-signals=SIGUSR1', '--chaos-signal-rate', '0.03', '--seed', '11'];
  const command = ['--', 'sh', '-c', 'trap : USR1; for i in 1 2 3 4 5 6; do ls / > /dev/null; done'];
  const moments = ({ faults }: Report): unknown[] =>
    faults.flatMap((fault) =>
      fault.kind === 'signal' && fault.moment === 'call'
        ? [[fault.task, fault.syscall, fault.ordinal, fault.signal]]
        : [],
    );

  it('the same seed sends the same signals, another seed others', () => {
    const first = moments(report(...arguments_, ...command));
    expect(first.length).toBeGreaterThan(0);
    expect(moments(report(...arguments_, ...command))).toEqual(first);
    expect(moments(report(...arguments_, '--seed', '12', ...command))).not.toEqual(first);
  });

  it('without signal injection nothing is injected', () => {
    expect(report('--chaos', 'gentle', ...command).faults).toEqual([]);
    expect(report('--chaos', 'aggressive', '--chaos-signals=none', ...command).faults).toEqual([]);
  });
});

describe('--report', () => {
  const validate = new Ajv2020({ strict: false }).compile(
    JSON.parse(readFileSync(path.join(ROOT, 'schema/report.json'), 'utf8')) as object,
  );

  it.each([
    ['a gentle run', ['--chaos', 'gentle', '--', 'true']],
    ['a trace', ['-f', '--', 'sh', '-c', 'ls / | wc -l']],
    ['many signals', ['--chaos-signals', '--chaos-signal-rate', '0.1', '--', 'sh', '-c', 'ls /; ls /']],
    ['a timeout', ['--chaos-timeout', '200ms', '--', 'sleep', '60']],
    ['no memory', ['--chaos-memory-limit', '20M', '--', 'tail', '/dev/zero']],
    ['a crash', ['--chaos', 'gentle', '--', 'sh', '-c', 'kill -SEGV $$']],
    ['a failure without chaos', ['-o', '/dev/null', '--', 'false']],
    ['injected faults', ['-e', 'inject=openat:error=EMFILE:when=3', '--', 'ls', '/']],
  ])('of %s is what its schema says', (_name, args) => {
    const written = report(...args);
    expect(reportSchema.safeParse(written).error).toBeUndefined();
    validate(written);
    expect(validate.errors).toBeNull();
  });

  it('says how the run went', () => {
    const { duration_ms, backends, limits, trace, ...rest } = report(
      '--chaos',
      'gentle',
      '--seed',
      '5',
      '--',
      'sh',
      '-c',
      'exit 4',
    );
    expect(rest).toEqual({
      schema_version: 1,
      cleanup: null,
      phases: [],
      probes: [],
      command: ['sh', '-c', 'exit 4'],
      seed: 5,
      config: expect.objectContaining({ memory_limit: 500 * 1024 ** 2, cpu_limit: 0.8, timeout_secs: 60 }),
      outcome: 'failed',
      reason: { code: 'COMMAND_FAILED', message: 'exited with status 4' },
      exit_code: 4,
      signal: null,
      faults: [],
      omitted_faults: 0,
      decisive_fault: null,
      rules: [],
      replay: null,
      schedule: null,
      checks: [],
      crashes: [],
      spin: null,
      wrote_to_stderr: null,
      strace: null,
      network: null,
      again: "renacer --chaos=gentle --seed=5 -- sh -c 'exit 4'",
      escaped: [],
      left: [],
      unwritten: null,
    });
    expect(duration_ms).toBeGreaterThan(0);
    expect(Object.keys(backends)).toEqual(expect.arrayContaining(['memory', 'cpu', 'tree']));
    expect(limits.timeout).toEqual({ limit_ms: 60_000, by_default: false, reached: false, killed: false });
    expect(trace).toEqual({ engine: 'none', syscalls: [], signals: 0, tasks: 0, delays: 0, lost: 0 });
  });
});

describe('--version and --help, alone', () => {
  it.each(['--version', '-V', '--help', '-h'])('%s says what it says beside other words', (option) => {
    const alone = renacer([option]);
    expect(alone).toEqual(renacer([option, '--', 'true']));
    expect(alone).toMatchObject({ status: 0, stderr: '' });
    expect(alone.stdout).not.toBe('');
  });

  it('wait for a reader', () => {
    const { stdout } = renacer([], { through: ['sh', '-c', '"$0" --help | { sleep 0.1; cat; }'] });
    expect(stdout).toBe(renacer(['--help']).stdout);
  });

  it('do without a reader', () => {
    const { status, stderr } = renacer([], { through: ['bash', '-c', 'set -o pipefail; "$0" --help | true'] });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
