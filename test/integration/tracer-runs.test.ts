import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readProcessStat } from '../../src/linux/process-stat.ts';
import { guest, has, hasCompiler, isRoot, RENACER, ROOT, scratch } from '../support/guests.ts';
import { isRunning, until } from '../support/limits.ts';
import { PATIENCE_MS } from '../support/patience.ts';

interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Result {
  const [file, ...args] = argv;
  const { status, stdout, stderr } = spawnSync(file!, args, { encoding: 'utf8', timeout: PATIENCE_MS, env });
  return { status, stdout, stderr };
}

/** Traced, with nothing printed but what the command prints. */
function traced(...command: readonly string[]): Result {
  return run([RENACER, '--engine', 'ptrace', '-f', '-o', '/dev/null', '--', ...command]);
}

const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

describe('without -f', () => {
  it('only the first process is traced: others are not waited for, nor ended, nor under a filter', async () => {
    const file = path.join(scratch(), 'late');
    const script = `grep -h -E 'TracerPid|Seccomp:' /proc/self/status | tr -s '\\t\\n' ' '
      (until [ -e ${file}.go ]; do sleep 0.05; done; echo late > ${file}) > /dev/null 2>&1 &`;
    const { status, stdout } = run([RENACER, '-o', '/dev/null', '--', 'sh', '-c', script]);
    expect([status, stdout]).toEqual([0, 'TracerPid: 0 Seccomp: 0 ']);
    expect(existsSync(file)).toBe(false);
    writeFileSync(`${file}.go`, '');
    await until(() => existsSync(file));
  });

  it('a signal to Renacer ends the first process, and leaves the others alone', async () => {
    const file = path.join(scratch(), 'pids');
    const script = `sleep 45.5 > /dev/null & echo $$ $! > ${file}.new; mv ${file}.new ${file}; wait`;
    const renacer = spawn(RENACER, ['-o', '/dev/null', '--', 'sh', '-c', script], { stdio: 'ignore' });
    await until(() => existsSync(file));
    const [first, other] = readFileSync(file, 'utf8').split(' ').map(Number);
    renacer.kill('SIGTERM');
    expect(await once(renacer, 'exit')).toEqual([143, null]);
    expect([isRunning(first), isRunning(other)]).toEqual([false, true]);
    process.kill(other!, 'SIGKILL');
  });

  it('with -f, all are waited for', () => {
    const { status, stdout } = traced('sh', '-c', '(sleep 0.3; echo late) & echo early; exit 3');
    expect([status, stdout]).toEqual([3, 'early\nlate\n']);
  });
});

describe('what a command starts with is what Renacer was started with', () => {
  it('limits, signal dispositions, mask, descriptors, environment, terminal group', () => {
    const script = `ulimit -Sa; grep -E '^(Sig[PBIC]|Shd|Cap|NoNew|Groups|Uid)' /proc/self/status; ls /proc/self/fd
      env | grep -v -E '^(_|SHLVL)='; umask; pwd`;
    // A shell of its own, whose soft limit Node does not keep.
    const shell = (before: string): Result => run(['sh', '-c', `ulimit -Sn 256; ${before} sh -c "$0"; true`, script]);
    const bare = shell('');
    for (const options of ['-f --engine ptrace', '-f --engine ebpf', '', '--chaos-timeout 60s']) {
      expect(shell(`${RENACER} -o /dev/null ${options} --`).stdout).toBe(bare.stdout);
    }
  });

  it('argv[0] and bytes that are no UTF-8 stay', () => {
    expect(traced('sh', '-c', 'echo "$0" "$1" | od -c', 'name', 'é€').stdout).toBe(
      run(['sh', '-c', 'echo "$0" "$1" | od -c', 'name', 'é€']).stdout,
    );
  });
});

describe.skipIf(!isRoot || !has('setpriv'))('without privileges (needs root to give them up, and setpriv)', () => {
  let renacer: string;
  beforeAll(() => {
    const copy = scratch();
    for (const part of ['dist', 'bin', 'package.json']) {
      cpSync(path.join(ROOT, part), path.join(copy, part), { recursive: true });
    }
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
    for (let directory = copy; directory.includes('renacer-guests'); directory = path.dirname(directory)) {
      chmodSync(directory, 0o755);
    }
    renacer = path.join(copy, 'bin/renacer');
  });

  it.each([
    ['traced', '-f', '2'],
    ['traced without -f', '', '0'],
    ['untraced', '--chaos-timeout 60s', '0'],
  ])('%s, a pipeline with children does what it does', (_, options, seccomp) => {
    const script = 'id -u; seq 5 | sort -rn | head -2; (exit 3); echo $?; grep Seccomp: /proc/self/status | cut -f2';
    const { status, stdout } = run([
      ...NOBODY,
      ...[renacer, '-o', '/dev/null', ...options.split(' ').filter(Boolean), '--', 'sh', '-c', script],
    ]);
    expect([status, stdout]).toEqual([0, `65534\n5\n4\n3\n${seccomp}\n`]);
  });

  it.skipIf(!hasCompiler)('a setuid program of root is itself under a Renacer of root', () => {
    const file = path.join(scratch(), 'identity');
    copyFileSync(guest('identity'), file);
    chmodSync(file, 0o4755);
    chmodSync(path.dirname(file), 0o755);
    chmodSync(path.dirname(path.dirname(file)), 0o755);
    const bare = run([...NOBODY, file]);
    expect(bare.stdout).toBe('real 65534, effective 0\n');
    expect(traced(...NOBODY, file).stdout).toBe(bare.stdout);
    // Whoever traces it without privileges must not gain any.
    expect(run([...NOBODY, renacer, '-f', '-o', '/dev/null', '--', file]).stdout).toBe('real 65534, effective 65534\n');
  });
});

describe('tracers under a tracer, and Renacer under Renacer', () => {
  it.skipIf(!has('strace'))('strace under a traced Renacer fails as where it may not trace (needs strace)', () => {
    const { status, stderr } = traced('strace', '-f', 'true');
    expect(status).toBe(1);
    expect(stderr).toContain('Operation not permitted');
  });

  it.skipIf(!has('gdb'))('gdb under a traced Renacer can not run a program, and ends (needs gdb)', () => {
    const { status, stderr } = traced('gdb', '-batch', '-ex', 'run', 'true');
    expect(status).not.toBe(null);
    expect(stderr).toContain('not permitted');
  });

  it.skipIf(!has('strace'))('strace under an untraced Renacer traces (needs strace)', () => {
    const { status, stderr } = run([
      RENACER,
      '--chaos-timeout',
      '60s',
      '--',
      'strace',
      '-f',
      'sh',
      '-c',
      'true | true',
    ]);
    expect(status).toBe(0);
    expect(stderr).toContain('exit_group');
  });

  it('a traced Renacer under a traced one says that it may not trace', () => {
    const { status, stderr } = traced(RENACER, '-f', '--engine', 'ptrace', '--', 'true');
    expect(status).toBe(125);
    expect(stderr).toContain('tracing is not allowed');
  });

  it('an untraced Renacer under a traced one works', () => {
    const { status, stdout } = traced(
      RENACER,
      '--chaos-timeout',
      '60s',
      '-o',
      '/dev/null',
      '--',
      'sh',
      '-c',
      'echo in; exit 4',
    );
    expect([status, stdout]).toEqual([4, 'in\n']);
  });

  it('Renacer without the memory to start in is stopped by its limit', () => {
    const { status, stderr } = run([RENACER, '--chaos-memory-limit', '10M', '--', RENACER, '--', 'ls']);
    expect(stderr).toMatch(/outcome +(stopped|failed|crashed)/);
    expect(status).not.toBe(0);
  });

  it('Renacer that is met by signals comes to an end', () => {
    for (const seed of ['1', '2', '3']) {
      const chaos = ['--chaos-signals=SIGINT,SIGTERM', '--chaos-signal-rate', '0.001', '--seed', seed];
      const inner = [RENACER, '--chaos-timeout', '5s', '-o', '/dev/null', '--', 'sleep', '0.2'];
      const { status, stderr } = run([RENACER, ...chaos, '--', ...inner]);
      expect(stderr).toMatch(/outcome +(survived|stopped|failed|crashed)/);
      expect(status).not.toBe(null);
    }
  });
});

describe('a tree that has been stopped', () => {
  it.each([
    ['traced', ['-f', '--trace']],
    ['untraced', []],
  ] as const)('is ended by its timeout, %s', (_, options) => {
    const script = 'sleep 60 & kill -STOP $!; kill -STOP $$; sleep 60';
    const { status, stderr } = run([
      RENACER,
      ...options,
      '--trace',
      '--chaos-timeout',
      '0.5s',
      '--',
      'sh',
      '-c',
      script,
    ]);
    expect(status).toBe(124);
    expect(stderr).toMatch(/outcome +(stopped|hung)/);
  });

  it('goes on when it is continued', async () => {
    const renacer = spawn(RENACER, [
      '-f',
      '-o',
      '/dev/null',
      '--',
      'sh',
      '-c',
      'echo $$; kill -STOP $$; echo on; exit 6',
    ]);
    let stdout = '';
    renacer.stdout.on('data', (data: Buffer) => {
      stdout += data;
    });
    await until(() => /^\d+\n/.test(stdout));
    const pid = Number.parseInt(stdout, 10);
    await until(() => readProcessStat(pid)?.state === 't' || readProcessStat(pid)?.state === 'T');
    process.kill(pid, 'SIGCONT');
    expect(await once(renacer, 'exit')).toEqual([6, null]);
    expect(stdout).toBe(`${pid}\non\n`);
  });
});

describe('timed actions', () => {
  it('go on when somebody kills the task that keeps their time', async () => {
    // Injected signals wait for a quiet process by a task of ours, a child of Renacer beside the command.
    const chaos = ['--chaos-signals=SIGUSR1', '--chaos-signal-rate', '0', '--seed', '6'];
    const script = 'trap "echo got it; exit 5" USR1; echo $$; while :; do sleep 60 & wait; done';
    const renacer = spawn(RENACER, [...chaos, '-o', '/dev/null', '--', 'sh', '-c', script]);
    let stdout = '';
    renacer.stdout.on('data', (data: Buffer) => {
      stdout += data;
    });
    await until(() => /^\d+\n/.test(stdout));
    const keeper = childrenOf(renacer.pid!).find((pid) => pid !== Number.parseInt(stdout, 10));
    expect(keeper).toBeGreaterThan(0);
    process.kill(keeper!, 'SIGKILL');
    await until(() => /got it/.test(stdout));
    renacer.kill('SIGTERM');
    await once(renacer, 'exit');
  });
});

function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return stdout.split('\n').map(Number).filter(Boolean);
}
