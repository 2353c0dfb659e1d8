import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENCE_MS } from '../support/patience.ts';
import { linesByTask } from '../support/trace-lines.ts';

const RENACER = path.resolve(import.meta.dirname, '../../bin/renacer');

/** Each makes the same calls in every run. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'ls -l': ['ls', '-l', '/etc'],
  cat: ['cat', '/etc/passwd', '/nonexistent'],
  'a shell pipeline': ['sh', '-c', 'echo one; cat /etc/hostname | wc -c; exit 3'],
  python: ['python3', '-S', '-c', 'import os; os.mkdir("d"); os.rmdir("d"); print(os.stat("/").st_mode)'],
  'git status': ['git', 'status', '--short'],
  'a signal': ['sh', '-c', 'trap "echo caught" USR1; kill -USR1 $$; kill -KILL $$'],
};

const missing = ['strace', 'git', 'python3'].filter((tool) => spawnSync(tool, ['--version']).error !== undefined);

describe.skipIf(missing.length > 0)(`the trace is strace's (needs strace, git, python3)`, () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'renacer-parity-'));
  const env = { PATH: '/usr/bin:/bin', HOME: directory, LC_ALL: 'C', PYTHONHASHSEED: '0' };
  beforeAll(() => {
    spawnSync('git', ['init', '-q'], { cwd: directory, env });
    writeFileSync(path.join(directory, 'file'), 'text\n');
    // The first one writes what the later ones only read.
    spawnSync('git', ['status'], { cwd: directory, env });
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  /** What a tracer writes of a command. The file lies elsewhere, so that the command does not see it. */
  function traced(tracer: string, args: readonly string[], command: readonly string[]): string[][] {
    const output = path.join(mkdtempSync(path.join(tmpdir(), 'renacer-trace-')), 'trace');
    try {
      spawnSync(tracer, ['-f', '-o', output, ...args, ...command], { cwd: directory, env, timeout: PATIENCE_MS });
      return linesByTask(readFileSync(output, 'utf8'));
    } finally {
      rmSync(path.dirname(output), { recursive: true });
    }
  }

  it.each(Object.entries(COMMANDS))('%s', (_, command) => {
    expect(traced(RENACER, ['--engine', 'ptrace', '--'], command)).toEqual(traced('strace', [], command));
  });
});
