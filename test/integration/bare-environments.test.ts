import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Finished, RENACER, ROOT, renacer } from '../support/renacer.ts';

/** Where something is missing that is nearly always there: it works, or says in a line why not. */

const isRoot = process.geteuid?.() === 0;
const shell = (...script: string[]): Finished =>
  renacer([], { through: ['sh', '-c', `${script.join('; ').replaceAll('RENACER', RENACER)}\n# "$0"`] });

/** A module of the package by itself, which only says something. */
const NODE = `ulimit -n "$0"; exec node ${path.join(ROOT, 'dist/cli/program-name.js')}`;

describe('a working directory that has been removed', () => {
  it.each(['--chaos-timeout 50s', '-f', '-f --engine ptrace', '-e inject=mkdir:error=EIO'])(
    'is no obstacle to %s',
    (options) => {
      const { status, stdout } = shell(
        'cd "$(mktemp -d)"',
        'rmdir "$PWD"',
        `RENACER ${options} -o /dev/null sh -c 'echo ran; exit 5' 2>/dev/null`,
      );
      expect([status, stdout]).toEqual([5, 'ran\n']);
    },
  );
});

it.each([
  ['no HOME', 'unset HOME'],
  ['nothing else in the environment', 'exec env -i "PATH=$PATH" RENACER --chaos-timeout 50s -o /dev/null true'],
])('%s', (_, script) => {
  expect(shell(script, 'RENACER --chaos-timeout 50s -o /dev/null true').status).toBe(0);
});

it('few descriptors: works, or one line says that there is no room', () => {
  // With 20, Node.js itself can't open a script from version 22 on.
  const limits = [20, 30, 50, 80].filter((limit) => spawnSync('sh', ['-c', NODE, String(limit)]).status === 0);
  expect(limits).toEqual(expect.arrayContaining([50, 80]));
  for (const limit of limits) {
    const { status, stderr } = shell(`ulimit -n ${limit}`, 'RENACER --chaos-timeout 50s -o /dev/null true');
    expect(stderr).not.toMatch(/defect|^\s+at /m);
    expect([0, 125]).toContain(status);
  }
});

it('no PATH', () => {
  const { status, stdout } = shell(
    'unset PATH',
    "RENACER --chaos-timeout 50s -o /dev/null /bin/sh -c 'echo ran; exit 5'",
  );
  expect([status, stdout]).toEqual([5, 'ran\n']);
});

describe.skipIf(!isRoot).each([
  ['no /dev', 'mount -t tmpfs none /dev'],
  // What is there stays to be read: this package may be.
  ['a read-only /tmp', 'mount --bind /tmp /tmp && mount -o remount,ro,bind /tmp'],
])('%s (root: a namespace of mounts)', (_, mount) => {
  it.each(['--chaos-timeout 50s --chaos-cpu-limit 0.9', '-f', '-f --engine ptrace', '-e inject=mkdir:error=EIO'])(
    'is no obstacle to %s',
    (options) => {
      const { status, stdout } = renacer(
        [...options.split(' '), '-e', 'trace=mkdir', '--', 'sh', '-c', 'echo ran; exit 5'],
        {
          through: ['unshare', '--mount', 'sh', '-c', `${mount}; exec "$0" "$@"`],
          cwd: '/',
        },
      );
      expect([status, stdout]).toEqual([5, 'ran\n']);
    },
  );
});

/** The limit counts all processes of a user: this one has no others. */
const FEW_UID = 60_000 + (process.pid % 5000);

it.skipIf(!isRoot)('few processes: works, or one line says that there is no room', () => {
  for (const limit of [9, 10, 12, 20]) {
    const { status, stderr } = renacer(['--chaos-timeout', '50s', 'true'], {
      through: [
        'setpriv',
        `--reuid=${FEW_UID}`,
        '--regid=65534',
        '--clear-groups',
        'bash',
        '-c',
        `ulimit -u ${limit}; exec "$0" "$@"`,
      ],
      cwd: '/',
    });
    expect(stderr).not.toMatch(/defect|^\s+at /m);
    expect([0, 125]).toContain(status);
  }
});

it.skipIf(!isRoot)('no /proc (root: a namespace of mounts)', () => {
  const { status, stderr } = renacer(['--chaos-timeout', '50s', 'true'], {
    through: ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /proc; exec "$0" "$@"'],
  });
  expect(stderr).toBe(
    'renacer: Renacer needs /proc, and it is not mounted here\nrenacer: Mount it: mount -t proc proc /proc\n',
  );
  expect(status).toBe(125);
});

it.skipIf(!isRoot)('no /dev (root: a namespace of mounts)', () => {
  const { status, stderr } = renacer(
    ['-f', '-e', 'trace=chdir', '-e', 'inject=mkdir:error=EIO', 'sh', '-c', 'exit 5'],
    {
      through: ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /dev; exec "$0" "$@"'],
    },
  );
  expect(stderr).toContain('outcome  failed (exit status 5');
  expect(status).toBe(5);
});
