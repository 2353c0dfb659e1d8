import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as Library from '../../src/index.ts';
import { type Finished, RENACER, ROOT, renacer } from '../support/renacer.ts';

/** What is closed stays closed: for the command, and of what the command closes. */

const { run, ChaosConfig } = (await import(path.join(ROOT, 'dist/index.js'))) as typeof Library;

const ENGINES: readonly (readonly [name: string, options: string])[] = [
  ['limits alone', '--chaos-timeout 50s -o /dev/null'],
  ['the kernel', '-f --engine ebpf -o /dev/null'],
  ['ptrace', '-f --engine ptrace -o /dev/null'],
  ['ptrace without -f', '-enone -o /dev/null'],
  ['-D', '-D -o /dev/null'],
];

function shell(script: string): Finished {
  return renacer([], { through: ['bash', '-c', `${script.replaceAll('RENACER', RENACER)}\n# "$0"`] });
}

describe.each(ENGINES)('under %s', (_, options) => {
  it('descriptors that are closed at first', () => {
    expect(shell(`RENACER ${options} cat <&-; echo $?`).stdout).toBe('1\n');
    expect(shell(`RENACER ${options} /bin/echo hi >&-; echo $?`).stdout).toBe('1\n');
    expect(
      shell(
        `RENACER ${options} sh -c 'for fd in 0 1 2; do [ -e /proc/$$/fd/$fd ] || echo $fd >&3; done' 3>&1 <&- >&- 2>&-`,
      ).stdout,
    ).toBe('0\n1\n2\n');
  });

  // The command goes on until it is told that the reader has come to the end: nothing of this is measured.
  it.each([
    ['stdout', `RENACER ${options} sh -c 'exec >&- 2>&-; read -r word <go; exit 5'`],
    ['another descriptor', `RENACER ${options} sh -c 'exec >&- 3>&- 2>&-; read -r word <go; exit 5' 3>&1 >/dev/null`],
  ])('a pipe that the command closes has an end: %s', (__, command) => {
    const reader = 'cat >&2; echo end; echo now >go';
    const { stdout } = shell(
      `cd "$(mktemp -d)"; mkfifo go; ${command} | { ${reader}; }; echo "\${PIPESTATUS[0]}"; rm -r "$PWD"`,
    );
    expect(stdout).toBe('end\n5\n');
  });

  it('and who writes to it is told: stdin', () => {
    const script = `cd "$(mktemp -d)"; mkfifo go; { yes; echo $? >status; echo now >go; } | RENACER ${options} sh -c 'exec <&-; read -r word <go'; cat status; rm -r "$PWD"`;
    // SIGPIPE.
    expect(shell(script).stdout).toBe('141\n');
  });
});

it('stderr stays open where a block comes at the end', async () => {
  const child = spawn(RENACER, ['--chaos-timeout', '50s', '--', 'sh', '-c', 'exec 2>&-; sleep 0.2'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.on('data', (data) => {
    text += data;
  });
  await once(child, 'close');
  expect(text).toContain('outcome  survived');
});

it('the check has its stderr, and a terminal stays a terminal', () => {
  expect(shell(`RENACER --verify 'echo checked' --chaos-timeout 50s -o /dev/null true 2>&1 >/dev/null`).stdout).toBe(
    'checked\n',
  );
});

describe('the library', () => {
  it.each([
    ['without chaos', {}],
    ['traced', { trace: true }],
    ['limited', { chaos: ChaosConfig.new().withTimeout('50s').build() }],
  ])('closes what it is asked to, %s', async (_, options) => {
    const command = ['-c', 'for fd in 0 1 2; do [ -e /proc/$$/fd/$fd ] || printf $fd; done'];
    const { stdout } = await run('sh', command, { ...options, stdio: ['closed', 'pipe', 'closed'] });
    expect(stdout).toBe('02');
  });
});
