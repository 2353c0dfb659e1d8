import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { hasCompiler, scratch } from '../support/guests.ts';
import { type Finished, RENACER, ROOT, renacer } from '../support/renacer.ts';
import { Terminal } from '../support/tmux.ts';

/** dash takes a failed read of its script for the end of it: what follows is not run, and the status is 0. */
const SCRIPT = 'set -eu\nprintf "one\\n" > one\nprintf "two\\n" > two\n';

let directory: string;
let input: string;
let home: string;

function sweep(...args: readonly string[]): Finished {
  return renacer(['sweep', ...args], { cwd: input, env: { XDG_STATE_HOME: home } });
}

function inputFiles(): string[] {
  return readdirSync(input).sort();
}

beforeAll(() => {
  directory = scratch();
  input = path.join(directory, 'input');
  home = path.join(directory, 'state');
  mkdirSync(input);
  writeFileSync(path.join(input, 'save.sh'), SCRIPT);
});

describe('renacer sweep', () => {
  const report = (): string => path.join(directory, 'sweep.json');
  const results = (): string => path.join(directory, 'cases.jsonl');
  let found: Finished;

  beforeAll(() => {
    found = sweep('--only', 'read', '--report', report(), '--results', results(), '--', 'dash', 'save.sh');
  });

  it('finds that a shell takes a script that it can not read for a short one', () => {
    expect(found).toMatchObject({ status: 1, signal: null });
    expect(found.stdout).toMatch(/^corrupted {2}.*dash.*read.*EIO.* finding [0-9a-f]{8} · 3 of 3$/m);
    expect(found.stdout).toMatch(/^proof {2}.*one/m);
    expect(found.stdout).toMatch(/^again {2}\S+ replay \S+\/sweep\.findings\/[0-9a-f]{8}\.jsonl$/m);
    expect(found.stdout).toMatch(/^ended .*2 corrupted · 1 finding$/m);
  });

  it('leaves the input as it was', () => expect(inputFiles()).toEqual(['save.sh']));

  it('writes a report as its schema has it, and a line for each case', () => {
    const json = JSON.parse(readFileSync(report(), 'utf8')) as { cases: number; findings: { again: string }[] };
    const schema = JSON.parse(readFileSync(path.join(ROOT, 'schema/sweep-report.schema.json'), 'utf8')) as object;
    const validate = new Ajv2020({ strict: true }).compile(schema);
    validate(json);
    expect(validate.errors).toBeNull();
    const [first, ...lines] = readFileSync(results(), 'utf8').trimEnd().split('\n');
    expect(JSON.parse(first!)).toMatchObject({ format: 'renacer-results', command: ['dash', 'save.sh'] });
    expect(lines.filter((line) => line.startsWith('{"case":')).length).toBeGreaterThanOrEqual(json.cases);
  });

  it('the line of a finding shows it again from anywhere, until it is mended', () => {
    const file = /^again {2}\S+ replay (\S+)$/m.exec(found.stdout)![1]!;
    const again = renacer(['replay', file], { cwd: '/' });
    expect(again.stdout).toMatch(/finding [0-9a-f]{8} · shown again$/m);
    expect(again.status).toBe(1);
    expect(inputFiles()).toEqual(['save.sh']);
    expect(renacer(['replay', file, '--chaos', 'gentle'])).toMatchObject({ status: 125, stdout: '' });
  });
});

it.runIf(hasCompiler)('shows the line of the source, for a program with debug information', () => {
  const sources = path.join(directory, 'sources');
  mkdirSync(sources);
  const source = [
    '#include <fcntl.h>',
    '#include <unistd.h>',
    'static void save(int fd) {',
    '  if (write(fd, "text", 4)) close(fd);',
    '}',
    'int main(void) {',
    '  save(open("out", O_WRONLY | O_CREAT | O_TRUNC, 0644));',
    '}',
  ];
  writeFileSync(path.join(sources, 'save.c'), source.join('\n'));
  execFileSync('cc', ['-g', '-O0', '-o', 'save', 'save.c'], { cwd: sources });
  const program = path.join(sources, 'save');
  const { stdout, status } = sweep('--input', sources, '--only', 'write', '--errors', 'EIO', '--', program);
  const lines = stdout.split('\n');
  expect(lines[1]).toBe('  --> save.c:4 in save; called by main (save.c:7)');
  expect(lines.slice(2, 5)).toEqual([
    '  |',
    '4 |   if (write(fd, "text", 4)) close(fd);',
    '  |       ^^^^^ write #1 of out fails with EIO (Input/output error)',
  ]);
  expect(status).toBe(1);
});

describe('is refused in words, with 125', () => {
  it.each<[why: string, args: readonly string[], message: RegExp]>([
    ['a command that is not there', ['--', 'no-such-program'], /no-such-program/],
    ['a command that fails by itself', ['--', 'dash', '-c', 'echo no luck >&2; exit 3'], /no luck/],
    ['an input that is not there', ['--input', '/nowhere', '--', 'true'], /"\/nowhere" does not exist/],
    [
      'a report that can not be written',
      ['--report', '/nowhere/r.json', '--', 'true'],
      /can't write "\/nowhere\/r.json"/,
    ],
    [
      'calls that the command does not make',
      ['--only', 'swapon', '--', 'true'],
      /nothing to sweep in true .*leave out: \d+/,
    ],
    ['an option of ordinary runs', ['--chaos', 'gentle', '--', 'true'], /--chaos is an option of ordinary runs/],
  ])('%s', (_, args, message) => {
    const { status, stdout, stderr } = sweep(...args);
    expect(stderr).toMatch(message);
    expect([status, stdout]).toEqual([125, '']);
    expect(inputFiles()).toEqual(['save.sh']);
  });
});

it('a program that takes all failures well has no findings, and the exit code is 0', () => {
  const { status, stdout } = sweep('--only', 'write', '--', 'cat', 'save.sh');
  expect(stdout).toMatch(/no findings/);
  expect(status).toBe(0);
  expect(existsSync(path.join(input, '.renacer'))).toBe(false);
});

it('on a terminal it tells how far it is in one line, and Ctrl-C lets it tell what it knows', async () => {
  const terminal = new Terminal();
  onTestFinished(() => terminal.close());
  terminal.line(`cd ${input}; clear; XDG_STATE_HOME=${home} ${RENACER} sweep --every -- dash save.sh; echo "exit $?"`);
  await terminal.shows(/^clean runs {2}\d\/\d+$/m);
  await terminal.shows(/^\d+\/\d+ {2}\d+ findings?/m);
  terminal.keys('C-c');
  const screen = await terminal.shows(/^exit \d+$/m);
  expect(screen).toMatch(/^sweep .*, interrupted$/m);
  expect(screen).toMatch(/^exit 130$/m);
  expect(screen).not.toMatch(/\d+\/\d+ {2}\d+ finding/);
  expect(inputFiles()).toEqual(['save.sh']);
});

it('help', () => {
  const { stdout } = renacer(['help', 'sweep']);
  expect(stdout).toBe(renacer(['sweep', '--help']).stdout);
  expect(renacer(['--help']).stdout).toContain('renacer sweep | explore | fuzz [options] -- COMMAND');
});
