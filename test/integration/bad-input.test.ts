import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, renacer } from '../support/renacer.ts';

/**
 * Whatever is wrong: one clear line for it, at most one more that says what to do, the right exit code, and nothing was
 * started. Each command line would touch the file `started`.
 */

let directory = '';

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'empty.json': '',
  'open.json': '{\n',
  'text.json': 'gentle',
  'comma.json': '{"memory_limit": 1000,}',
  'comment.json': '{} // none',
  'binary.json': Uint8Array.of(0xff, 0xfe),
  'array.json': '[1]',
  'near.json': '{"memory_limt": 1000}',
  'far.json': '{"color": "red"}',
  'negative.json': '{"memory_limit": -1}',
  'type.json': '{\n  "cpu_limit": "fast"\n}',
  'twice.json': '{"cpu_limit": 1, "cpu_limit": 0.5}',
  'both.json': '{"timeout": "5s", "timeout_secs": 5}',
  'deep.json': '['.repeat(100_000),
};

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'renacer-bad-input-'));
  chmodSync(directory, 0o777);
  for (const [name, content] of Object.entries(FILES)) writeFileSync(path.join(directory, name), content);
  mkdirSync(path.join(directory, 'folder'));
  symlinkSync('loop', path.join(directory, 'loop'));
  const program = (name: string, content: string, mode: number): void => {
    writeFileSync(path.join(directory, name), content);
    chmodSync(path.join(directory, name), mode);
  };
  program('not-executable', '#!/bin/sh\ntouch started\n', 0o644);
  program('for-root-only', '#!/bin/sh\ntouch started\n', 0o700);
  program('no-interpreter', '#!/no/such/interpreter\n', 0o755);
  program('no-shebang', 'touch started\n', 0o755);
  program('broken-elf', '\x7fELF and nothing more', 0o755);
  program('nothing', '', 0o755);
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Case {
  readonly args: readonly string[];
  /** What the line says, among other things. */
  readonly says: string;
  readonly exit?: 126 | 127;
  readonly env?: NodeJS.ProcessEnv;
  readonly through?: readonly string[];
  /** Several things are wrong, and each has its line. */
  readonly lines?: number;
}

const touch = ['--', 'touch', 'started'];
const under = (mode: string): string[] => ['--chaos', mode, ...touch];
const file = (name: string): string[] => under(`custom:${name}`);
const flag = (...words: string[]): string[] => [...words, ...touch];
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];
const forbidding = (number: number): string[] => [
  'python3',
  path.join(ROOT, 'test/guests/forbid-syscall.py'),
  String(number),
];
const pretending = (property: string, value: string): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--import data:text/javascript,Object.defineProperty(process,'${property}',{value:'${value}'})`,
});
const PTRACE = 101;

const CASES: Readonly<Record<string, Case>> = {
  'no arguments': { args: [], says: 'no command' },
  'no command': { args: ['--chaos', 'gentle', '--'], says: 'no command' },
  'unknown flag': { args: flag('--nope'), says: "unknown option '--nope'" },
  'nearly a flag': { args: flag('--chaoss', 'gentle'), says: 'Did you mean --chaos?' },
  'unknown short flag': { args: flag('-W'), says: "unknown option '-W'" },
  'flag without its value': { args: ['--chaos'], says: '--chaos needs a value (mode), and nothing follows' },
  'empty report': { args: flag('--report='), says: '--report: "" is not allowed; allowed: the name of a file' },
  'empty check': { args: flag('--verify', ''), says: '--verify: "" is not allowed; allowed: a shell command' },
  'columns of no table': { args: flag('-U', 'calls'), says: '-U must be given with -c or -C' },
  'replay of nothing': { args: ['replay', 'none.jsonl'], says: 'recorded faults in "none.jsonl": no such file' },
  'replay of a line that breaks off': {
    args: ['replay', 'text.json'],
    says: 'text.json:1: its first line is not whole',
  },
  'unknown preset': { args: under('brutal'), says: 'the chaos mode is "brutal"; allowed: none, gentle, aggressive' },
  'nearly a preset': { args: under('gentel'), says: 'did you mean "gentle"?' },
  'empty preset': { args: under(''), says: 'the chaos mode is ""' },
  'two presets': { args: under('gentle,aggressive'), says: 'the chaos mode is "gentle,aggressive"' },
  'bad CHAOS_MODE': { args: touch, env: { CHAOS_MODE: 'brutal' }, says: 'the chaos mode is "brutal"' },
  'no file name': { args: file(''), says: 'the name of the configuration file is missing' },
  'missing file': { args: file('none.json'), says: 'none.json: no such file' },
  'file is a folder': { args: file('folder'), says: 'folder: is a directory' },
  'file is a device': { args: file('/dev/zero'), says: '/dev/zero: is not a file' },
  'empty file': { args: file('empty.json'), says: 'empty.json:1:1: the file is empty' },
  'JSON breaks off': { args: file('open.json'), says: 'open.json:2:1: a closing brace } is expected here' },
  'no JSON': { args: file('text.json'), says: 'text.json:1:1: this is not JSON: gentle' },
  'trailing comma': { args: file('comma.json'), says: 'comma.json:1:22: a trailing comma is not allowed in JSON' },
  comment: { args: file('comment.json'), says: 'comments are not allowed' },
  'no text': { args: file('binary.json'), says: 'binary.json: the file is not UTF-8' },
  'no object': { args: file('array.json'), says: 'the configuration is [1]; allowed: an object' },
  'endless nesting': { args: file('deep.json'), says: 'nested more than' },
  'nearly a key': {
    args: file('near.json'),
    says: 'near.json:1:2: unknown key "memory_limt" (with value 1000); did you mean "memory_limit"?',
  },
  'unknown key': { args: file('far.json'), says: 'unknown key "color" (with value "red"); allowed: ' },
  'negative size in a file': {
    args: file('negative.json'),
    says: 'negative.json:1:18: memory_limit is -1; allowed: a size',
  },
  'wrong type in a file': {
    args: file('type.json'),
    says: 'type.json:2:16: cpu_limit is "fast"; allowed: a number from 0 to 1',
  },
  'key given twice': { args: file('twice.json'), says: 'duplicate key "cpu_limit", given at 1:2' },
  'timeout in both forms': { args: file('both.json'), says: 'timeout and timeout_secs set the same option' },
  'negative size': { args: flag('--chaos-memory-limit=-1'), says: '--chaos-memory-limit is "-1"; allowed: a size' },
  'size of zero': { args: flag('--chaos-memory-limit', '0'), says: '--chaos-memory-limit is "0"' },
  'ambiguous unit': { args: flag('--chaos-memory-limit', '64MB'), says: '--chaos-memory-limit is "64MB"' },
  'size is --': { args: flag('--chaos-memory-limit'), says: '--chaos-memory-limit needs a value (SIZE), and what' },
  'unknown memory failure': { args: flag('--chaos-memory-failure', 'explode'), says: 'allowed: "oom-kill", "enomem"' },
  'cpu above 1': {
    args: flag('--chaos-cpu-limit', '2'),
    says: '--chaos-cpu-limit is "2"; allowed: a number from 0 to 1',
  },
  'negative cpu': { args: flag('--chaos-cpu-limit=-0.5'), says: '--chaos-cpu-limit is "-0.5"' },
  'unknown unit of time': { args: flag('--chaos-timeout', '5x'), says: '--chaos-timeout is "5x"; allowed: a duration' },
  'time beyond all timers': { args: flag('--chaos-timeout', '999h'), says: 'up to 24 days' },
  'bad --hang-after': { args: flag('--hang-after', 'soon'), says: '--hang-after is "soon"' },
  'signal that is not injected': { args: flag('--chaos-signals=SIGKILL'), says: '--chaos-signals is "SIGKILL"' },
  'rate above 1': { args: flag('--chaos-signal-rate', '2'), says: '--chaos-signal-rate is "2"' },
  'seed is a word': { args: flag('--seed', 'abc'), says: '--seed is "abc"; allowed: a whole number' },
  'seed is negative': { args: flag('--seed=-1'), says: '--seed is "-1"' },
  'seed is a fraction': { args: flag('--seed', '1.5'), says: '--seed is "1.5"' },
  'seed is too large': { args: flag('--seed', '99999999999999999999'), says: '--seed is "99999999999999999999"' },
  'unknown outcome': {
    args: flag('--expect', 'survived,lucky'),
    says: '--expect: "lucky" is not allowed; allowed: survived',
  },
  'no outcome': { args: flag('--expect', ''), says: '--expect: "" is not allowed' },
  '-s is a word': { args: flag('-s', 'many'), says: '-s: "many" is not allowed' },
  '-s is negative': { args: flag('-s', '-1'), says: '-s: "-1" is not allowed' },
  '-o in no directory': { args: flag('-o', 'none/out'), says: '-o: can\'t write "none/out": no such directory' },
  '-o is a directory': { args: flag('-o', 'folder'), says: '-o: can\'t write "folder": is a directory' },
  '--report in no directory': { args: flag('--report', 'none/r.json'), says: '--report: can\'t write "none/r.json"' },
  '--report without permission': {
    args: flag('--report', '/r.json'),
    through: asNobody,
    says: '--report: can\'t write "/r.json": permission denied',
  },
  'broken JSON in a flag': { args: flag('--chaos-rule', '{'), says: '--chaos-rule is "{"; allowed: an object' },
  'rule without a call': { args: flag('--chaos-rule', '{"error":"EIO"}'), says: 'rules[0].syscall is missing' },
  'unknown command': {
    args: ['--', 'no-such-command'],
    exit: 127,
    says: 'can\'t find "no-such-command": no such command in PATH',
  },
  'unknown file': { args: ['--', './none'], exit: 127, says: 'can\'t find "./none": no such file' },
  'empty command': { args: ['--', ''], exit: 127, says: 'can\'t find ""' },
  'folder in no PATH': { args: ['--', 'folder'], exit: 127, says: 'no such command in PATH' },
  'subcommand after --': { args: ['--', 'doctor'], exit: 127, says: 'can\'t find "doctor"' },
  'missing interpreter': { args: ['--', './no-interpreter'], exit: 127, says: 'interpreter or loader does not exist' },
  'missing interpreter under chaos': {
    args: ['--chaos', 'gentle', '--', './no-interpreter'],
    exit: 127,
    says: 'interpreter or loader does not exist',
  },
  'command is a folder': { args: ['--', './folder'], exit: 126, says: 'can\'t run "./folder": is a directory' },
  'command below a file': { args: ['--', './nothing/x'], exit: 126, says: 'not a directory' },
  'loop of links': { args: ['--', './loop'], exit: 126, says: 'too many symbolic links' },
  'no x bit, even for root': { args: ['--', './not-executable'], exit: 126, says: 'permission denied' },
  'no permission': { args: ['--', './for-root-only'], through: asNobody, exit: 126, says: 'permission denied' },
  'no program format': { args: ['--', './no-shebang'], exit: 126, says: 'neither a program nor a script' },
  'no program format under chaos': {
    args: ['--chaos', 'gentle', '--', './no-shebang'],
    exit: 126,
    says: 'neither a program nor a script',
  },
  'broken program': { args: ['--', './broken-elf'], exit: 126, says: 'neither a program nor a script' },
  'empty program': { args: ['--', './nothing'], exit: 126, says: 'neither a program nor a script' },
  'ptrace forbidden': { args: touch, through: forbidding(PTRACE), says: 'tracing is not allowed here: EPERM' },
  'ptrace forbidden, signals asked for': {
    args: flag('--chaos-signals'),
    through: forbidding(PTRACE),
    says: 'tracing is not allowed here: EPERM',
  },
  'not Linux': { args: touch, env: pretending('platform', 'darwin'), says: 'Renacer needs Linux; this is darwin' },
  'not x86-64': { args: touch, env: pretending('arch', 'arm64'), says: 'needs an x86-64 processor; this is arm64' },
  'doctor with an unknown flag': {
    args: ['doctor', '--nope'],
    says: 'doctor: "--nope" is not allowed; allowed: --clean',
  },
  'doctor, not Linux': { args: ['doctor'], env: pretending('platform', 'win32'), says: 'Renacer needs Linux' },
};

describe('bad input', () => {
  it.for(Object.entries(CASES))('%s', ([, { args, says, exit = 125, env = {}, through = [], lines = 1 }]) => {
    const { status, stdout, stderr } = renacer(args, { cwd: directory, env, through });
    // A plain run traces: it shows the execve that failed, as strace does.
    const told = stderr
      .trimEnd()
      .split('\n')
      .filter((line) => !/^(execve\(|\+\+\+ exited)/.test(line));
    expect(stderr).toContain(says);
    expect(told.filter((line) => !line.startsWith('renacer: '))).toEqual([]);
    expect(told.length).toBeGreaterThanOrEqual(lines);
    expect(told.length).toBeLessThanOrEqual(lines + 1);
    expect(stdout).toBe('');
    expect(status).toBe(exit);
    expect(existsSync(path.join(directory, 'started'))).toBe(false);
  });

  it('the command line of these cases does start what it is given', () => {
    expect(renacer(touch, { cwd: directory }).status).toBe(0);
    expect(existsSync(path.join(directory, 'started'))).toBe(true);
  });
});

it('where seccomp filters are forbidden, every call stops instead, and none is missed', () => {
  const report = path.join(directory, 'report.json');
  const { status } = renacer(['--report', report, '-o', '/dev/null', '--', 'true'], { through: forbidding(317) });
  expect(status).toBe(0);
});

it('help needs nothing of the system', () => {
  const { status, stdout } = renacer(['--help'], { cwd: directory, env: pretending('platform', 'darwin') });
  expect(stdout).toContain('Usage: renacer');
  expect(status).toBe(0);
});
