import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findingsDirectory } from '../../../src/campaign/findings-directory.ts';
import { parseSweep } from '../../../src/cli/sweep-command-line.ts';
import { makeSweepProgram } from '../../../src/cli/sweep-options.ts';

let directory: string;
let file: string;

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'renacer-test-'));
  file = path.join(directory, 'data');
  writeFileSync(file, 'x');
});
afterAll(() => rmSync(directory, { recursive: true }));

function request(...argv: string[]) {
  return parseSweep([...argv, '--', 'cat', 'a']).request;
}

describe('the command line of a sweep', () => {
  it('without options has the usual values', () => {
    const { request, reportFile, failOn } = parseSweep(['--', 'zip', '-qm', 'b.zip', 'n.txt']);
    expect(reportFile).toBeUndefined();
    expect(failOn).toEqual(['corrupted', 'damaged', 'crashed', 'hung', 'spinning']);
    expect(request).toMatchObject({
      command: 'zip',
      args: ['-qm', 'b.zip', 'n.txt'],
      input: process.cwd(),
      compare: ['stdout', 'files'],
      faults: ['errors', 'short', 'persistent'],
      depth: 1,
      isolation: 'full',
      network: 'own',
      ownFiles: [request.findingsDirectory],
    });
  });

  it('options of the command are its own', () => {
    expect(parseSweep(['ls', '--quick', '-l']).request).toMatchObject({ args: ['--quick', '-l'], quick: false });
  });

  it.each<[argv: string[], expected: object]>([
    [['--compare', 'files,stderr'], { compare: ['stderr', 'files'] }],
    [['--faults', 'kill'], { faults: ['kill'] }],
    [['--only', 'openat,close'], { only: expect.arrayContaining(['openat', 'close']) }],
    [['--errors', 'enospc,EIO'], { errors: ['ENOSPC', 'EIO'] }],
    [['--path', '*.txt', '--path', '/etc/**'], { paths: ['*.txt', '/etc/**'] }],
    [['--sites', 'save.c:88', '--sites', 'std::write'], { sites: ['save.c:88', 'std::write'] }],
    [['--env', 'TZ=a=b', '--env', 'X='], { env: { TZ: 'a=b', X: '' } }],
    [['--for', '1m30s'], { forMs: 90_000 }],
    [['--max-runs', '7', '--depth', '2', '--every', '--jobs', '3'], { maxRuns: 7, depth: 2, every: true, jobs: 3 }],
    [['--quick'], { quick: true, every: false }],
    [['--no-isolation'], { isolation: 'none' }],
    [['--network=host'], { network: 'host' }],
    [['--ready', 'tcp:8080', '--drive', './c'], { ready: 'tcp:8080', drive: './c' }],
    [['--protect', 'a', '--ignore', '*.log'], { protect: ['a'], ignore: ['*.log'] }],
    [['--verify', 'true', '--verify-always', 'git fsck'], { verify: 'true', verifyAlways: 'git fsck' }],
  ])('%j', (argv, expected) => expect(request(...argv)).toMatchObject(expected));

  it('--fail-on', () => {
    expect(parseSweep(['--fail-on', 'silent,hung', 'x']).failOn).toEqual(['hung', 'silent']);
    expect(parseSweep(['--fail-on', 'none', 'x']).failOn).toEqual([]);
  });

  it('results go on in the file of --resume, and our own files are no input', () => {
    expect(request('--resume', file, '--report', path.join(directory, 's.json'))).toMatchObject({
      resume: file,
      results: undefined,
      findingsDirectory: path.join(directory, 's.findings'),
      ownFiles: [path.join(directory, 's.json'), file, path.join(directory, 's.findings')],
    });
  });

  it.each<[argv: string[], message: string]>([
    [[], 'sweep: no command was given'],
    [['--quikc', 'x'], 'sweep: unknown option --quikc'],
    [['--chaos', 'gentle', 'x'], 'sweep: --chaos is an option of ordinary runs'],
    [['-e', 'inject=read:error=EIO', 'x'], 'sweep: -e is an option of ordinary runs'],
    [['--seed', '7', 'x'], 'sweep: --seed is an option of ordinary runs'],
    [['--quick', '--every', 'x'], '--quick and --every are mutually exclusive: one tries less, the other more'],
    [['--quick', '--depth', '2', 'x'], '--quick and --depth 2 are mutually exclusive'],
    [['--drive', './c', 'x'], '--drive needs --ready'],
    [['--ready', 'tcp:80', 'x'], '--ready needs --drive'],
    [['--no-isolation', '--network', 'host', 'x'], '--no-isolation and --network are mutually exclusive'],
    [['--network', 'hosts', 'x'], '--network is "hosts"; allowed: own, host (did you mean "host"?)'],
    [['--fail-on', 'corupted', 'x'], '--fail-on is "corupted"; allowed: corrupted, damaged'],
    [['--fail-on', 'tolerated', 'x'], '--fail-on is "tolerated"; allowed: corrupted, damaged'],
    [
      ['--compare', 'stdout,', 'x'],
      '--compare is "stdout,"; allowed: stdout, stderr, files, times, separated by commas',
    ],
    [['--faults', 'error', 'x'], 'did you mean "errors"?'],
    [['--only', 'opneat', 'x'], 'bad set of system calls "opneat"'],
    [['--only', 'none', 'x'], '--only is "none"; allowed: a set with at least one system call'],
    [['--errors', 'ENOSPACE', 'x'], "--errors: 'ENOSPACE' is neither the name of an error"],
    [['--errors', '5000', 'x'], '--errors'],
    [['--depth', '3', 'x'], '--depth is "3"; allowed: a whole number from 1 to 2'],
    [['--max-runs', '0', 'x'], '--max-runs is "0"; allowed: a whole number from 1'],
    [['--jobs', 'two', 'x'], '--jobs is "two"; allowed: a whole number from 1 to 256'],
    [['--for', '0', 'x'], '--for is "0"; allowed: a time above 0'],
    [['--for', 'soon', 'x'], '--for is "soon"; allowed: a duration'],
    [['--env', '=x', 'x'], '--env is "=x"; allowed: NAME=VALUE'],
    [
      ['--ready', 'tcp:99999', '--drive', 'c', 'x'],
      '--ready is "tcp:99999"; allowed: tcp:PORT, file:PATH, output:TEXT',
    ],
    [['--sites', 'save.c:', 'x'], '--sites is "save.c:"; allowed: FILE:LINE'],
    [['--verify', ' ', 'x'], '--verify is " "; allowed: a shell command'],
    [['--input', '/nowhere', 'x'], '--input: "/nowhere" does not exist'],
    [['--input', '/etc/passwd', 'x'], '--input: "/etc/passwd" is no directory'],
    [['--input', '/', 'x'], '--input: the root directory is no input'],
    [['--stdin', '/', 'x'], '--stdin: "/" is a directory'],
    [['--stdin', '/dev/zero', 'x'], '--stdin: "/dev/zero" is no regular file'],
    [['--resume', '/nowhere', 'x'], '--resume: "/nowhere" does not exist'],
    [['--report', '--', 'x'], '--report needs a value'],
  ])('%j is refused', (argv, message) => expect(() => parseSweep(argv)).toThrow(message));

  it('a hint names the option that was meant', () => {
    expect(() => parseSweep(['--quikc', 'x'])).toThrow(expect.objectContaining({ hint: 'Did you mean "--quick"?' }));
  });
});

it('files of findings are not put into the input unasked, and those of two commands not into one directory', () => {
  const of = (input: string) => ({ command: '/bin/ls', args: ['-l'], input });
  const directory = findingsDirectory(of('/a'), undefined, { XDG_STATE_HOME: '/state' });
  expect(directory).toMatch(/^\/state\/renacer\/findings\/ls-[0-9a-f]{8}$/);
  expect(findingsDirectory(of('/b'), undefined, { XDG_STATE_HOME: '/state' })).not.toBe(directory);
  expect(findingsDirectory(of('/a'), undefined, {})).toMatch(/\/\.local\/state\/renacer\/findings\/ls-[0-9a-f]{8}$/);
  expect(findingsDirectory(of('/a'), '/a/sweep.json')).toBe('/a/sweep.findings');
});

it('the help has every option, in 80 columns', () => {
  vi.stubEnv('COLUMNS', '80');
  const program = makeSweepProgram();
  const text = program.helpInformation();
  for (const { flags } of program.options) expect(text).toContain(`  ${flags}`);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  vi.unstubAllEnvs();
});
