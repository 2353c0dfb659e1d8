import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSCALL_CLASSES } from '../../src/syscalls/classes.ts';
import { parseSyscallSet } from '../../src/syscalls/select.ts';
import { syscallName } from '../../src/syscalls/syscall-table.ts';
import { PATIENCE_MS } from '../support/patience.ts';

const GUEST = path.resolve(import.meta.dirname, '../guests/every-syscall.c');
/** The guest does not make these, or strace 6.1 does not know them. */
const NOT_MADE = new Set(['rt_sigreturn', 'execve', 'exit', 'exit_group']);
const LAST_MADE = 450;
const MARK = 7777;
const MARKED = /^(\w+)\(.*= (?:7777|0x1e61|017141)\b/;

const missing = ['strace', 'cc'].filter((tool) => spawnSync(tool, ['--version']).error !== undefined);

describe.skipIf(missing.length > 0)(`classes have the members that strace gives them (needs ${missing})`, () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'renacer-classes-'));
  const guest = path.join(directory, 'every-syscall');
  beforeAll(() => {
    expect(spawnSync('cc', ['-O1', '-nostdlib', '-static', '-o', guest, GUEST]).status).toBe(0);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  /** The calls that strace answers with the mark, when it is asked to do so for a class. */
  function membersInStrace(expression: string): string[] {
    const output = path.join(directory, 'trace');
    const fakes = ['-e', 'inject=!exit_group,execve:retval=1', '-e', `inject=${expression}:retval=${MARK}`];
    spawnSync('strace', ['-o', output, ...fakes, guest], { timeout: PATIENCE_MS });
    const lines = readFileSync(output, 'utf8').split('\n');
    return lines.flatMap((line) => MARKED.exec(line)?.[1] ?? []).filter((name) => !NOT_MADE.has(name));
  }

  function ours(expression: string): string[] {
    const made = parseSyscallSet(expression)
      .numbers()
      .filter((nr) => nr <= LAST_MADE);
    return made.map(syscallName).filter((name) => !NOT_MADE.has(name));
  }

  const classes = [...Object.keys(SYSCALL_CLASSES), 'net'].map((name) => `%${name}`);
  it.each([...classes, 'file', 'desc', 'memory', 'process', 'signal', 'ipc', 'network', '/^open', '?nonesuch,read'])(
    '%s',
    (expression) => {
      expect(ours(expression)).toEqual(membersInStrace(expression));
    },
  );
});
