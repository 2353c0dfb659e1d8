import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { guest, hasCompiler } from '../support/guests.ts';
import { emptyDirectory, RENACER, renacer } from '../support/renacer.ts';

/** What strace does beyond its formats. Each text is what strace 7.2 prints. */

/** Without the columns, ids, addresses and digits of times that differ from run to run, and the closing block. */
function traceOf(...args: string[]): string[] {
  const { stderr } = renacer(args);
  return stderr
    .split(/^renacer ─/m)[0]!
    .replaceAll(/ += /g, ' = ')
    .replaceAll(/pid +\d+/g, 'pid PID')
    .replaceAll(/Process \d+/g, 'Process PID')
    .replaceAll(/si_pid=\d+/g, 'si_pid=PID')
    .replaceAll(/^\d{10}\./gm, 'SECONDS.')
    .replaceAll(/0x[5-7][0-9a-f]{8}([0-9a-f]{3})/g, '0xADDRESS$1')
    .split('\n')
    .filter((line) => line !== '');
}

describe('deaths by a signal', () => {
  it.each([
    ['-qq', 'SIGKILL'],
    ['-qqq', 'SIGKILL'],
    ['--quiet=exit', 'SIGTERM'],
  ])('are told under %s', (quiet, signal) => {
    expect(
      traceOf(quiet, '-e', 'trace=none', '-e', 'signal=kill,term', '--', 'sh', '-c', `kill -${signal.slice(3)} $$`).at(
        -1,
      ),
    ).toBe(`+++ killed by ${signal} +++`);
  });

  it('are hidden as their signals are', () => {
    expect(traceOf('-e', 'signal=none', '-e', 'trace=none', '--', 'sh', '-c', 'kill -9 $$')).toEqual([]);
  });
});

describe('pokes', () => {
  it('of an argument that the call does not have are told, and write nothing', () => {
    const poked = 'inject=chdir:poke_enter=@arg2=41';
    expect(traceOf('-e', 'trace=chdir', '-e', poked, '--', 'sh', '-c', 'cd /; pwd')).toEqual([
      "renacer: requested to tamper with argument #2, but system call 'chdir' has only 1 arguments",
      'chdir("/") = 0',
      '+++ exited with 0 +++',
    ]);
  });

  it.skipIf(!hasCompiler)('at the edge of memory write what they can, and are marked if they did (needs cc)', () => {
    const { stdout, stderr } = renacer([
      '-qq',
      '-e',
      'trace=chdir',
      '-e',
      'inject=chdir:poke_enter=@arg1=3f5300',
      '--',
      guest('poke-edge'),
    ]);
    expect(stdout).toBe('-1 -1 3f\n');
    expect(stderr).toMatch(
      /chdir\(0x\w+fff\) += -1 EFAULT \(Bad address\) \(INJECTED: args\)\nchdir\(0x\w+000\) += -1 EFAULT \(Bad address\)\n/,
    );
  });
});

describe('what is injected', () => {
  const failed = /openat\(AT_FDCWD, "([^"]*)".* = -1 ENOENT .*\(INJECTED\)/;
  const opening = ['-e', 'trace=openat', '-e', 'fault=openat:error=ENOENT'];

  it('-P restricts, as strace does', () => {
    const cwd = emptyDirectory();
    writeFileSync(path.join(cwd, 'one'), '1');
    writeFileSync(path.join(cwd, 'two'), '2');
    symlinkSync('two', path.join(cwd, 'link'));
    const injected = (...paths: string[]): unknown[] => {
      const chosen = paths.flatMap((file) => ['-P', file]);
      renacer(['-o', 'trace', ...chosen, ...opening, '--', 'cat', 'one', `${cwd}/two`, 'link'], { cwd });
      const trace = readFileSync(path.join(cwd, 'trace'), 'utf8');
      return trace.split('\n').flatMap((line) => failed.exec(line)?.[1] ?? []);
    };
    expect(injected('one')).toEqual(['one']);
    expect(injected(`${cwd}/two`)).toEqual([`${cwd}/two`]);
    expect(injected('one', 'two')).toEqual(['one', `${cwd}/two`]);
    expect(injected('nothing')).toEqual([]);
  });

  it('is what is traced where Renacer is called strace, and what rules say where it is not', () => {
    const link = path.join(emptyDirectory(), 'strace');
    symlinkSync(RENACER, link);
    const args = ['-e', 'trace=exit_group', '-e', 'inject=chdir:error=ENOENT', 'sh', '-c', 'cd / && echo there'];
    expect(spawnSync(link, args, { encoding: 'utf8' }).stdout).toBe('there\n');
    expect(renacer(args).stdout).toBe('');
  });
});

it('-P is about paths that a call goes by, not about what a symbolic link says', () => {
  const cwd = emptyDirectory();
  const { stderr } = renacer(['-qq', '-P', 'one', '-e', 'trace=symlink,symlinkat', '--', 'ln', '-s', 'one', 'link'], {
    cwd,
  });
  expect(stderr).not.toContain('symlink');
  const linked = renacer(['-qq', '-P', 'two', '-e', 'trace=symlink,symlinkat', '--', 'ln', '-s', 'one', 'two'], {
    cwd,
  });
  expect(linked.stderr).toContain('symlinkat("one", AT_FDCWD, "two")');
});

it('--syscall-limit limits what is counted', () => {
  const counted = traceOf(
    '-f',
    '-qq',
    '--syscall-limit=1',
    '-e',
    'trace=chdir',
    '-c',
    '-U',
    'calls,name',
    '--',
    'sh',
    '-c',
    'cd /; cd /; cd /',
  );
  expect(counted.map((line) => line.trim())).toContain('1 chdir');
});

it('-U always has the name', () => {
  expect(traceOf('-c', '-U', 'calls', '-e', 'trace=openat', '--', 'true').slice(0, 2)).toEqual([
    '    calls syscall',
    '--------- ----------------',
  ]);
});

it('-E PATH is for the command: it is looked for in the PATH of the caller', () => {
  expect(traceOf('-e', 'trace=none', '-E', 'PATH=/', '--', 'true')).toEqual(['+++ exited with 0 +++']);
  expect(renacer(['-qq', '-e', 'trace=none', '-E', 'PATH=/nowhere', '--', 'env']).stdout).toContain('PATH=/nowhere\n');
});

it.each([
  [['precision:ms', 'format:unix'], /^SECONDS\.\d{3} /],
  [['format:unix', 'precision:ms'], /^SECONDS\.\d{3} /],
  [['unix,ns', 'precision:us'], /^SECONDS\.\d{6} /],
])('what one --absolute-timestamps says adds to the one before: %j', (texts, expected) => {
  const [line] = traceOf(...texts.map((text) => `--absolute-timestamps=${text}`), '-e', 'trace=none', '--', 'true');
  expect(line).toMatch(expected);
});

it('-Y knows what a task executed, whatever is traced', () => {
  expect(traceOf('-f', '-Y', '-e', 'trace=none', '-e', 'signal=none', '--', 'sh', '-c', 'sleep 0.1 & wait')).toEqual([
    'renacer: Process PID attached',
    '[pid PID<sleep>] +++ exited with 0 +++',
    '+++ exited with 0 +++',
  ]);
});
