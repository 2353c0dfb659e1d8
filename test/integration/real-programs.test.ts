import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/json-report.ts';
import { processesWith } from '../support/limits.ts';
import { closingLine, emptyDirectory, RENACER, renacer } from '../support/renacer.ts';

/** Runs with a report; the outcome, and what of the report a test looks at. */
function report(args: readonly string[], cwd = emptyDirectory()): Report {
  const file = path.join(emptyDirectory(), 'report.json');
  renacer(['--report', file, '-o', '/dev/null', ...args], { cwd });
  return JSON.parse(readFileSync(file, 'utf8')) as Report;
}

describe('real programs survive the preset gentle, with the output that they have without it', () => {
  const MAKEFILE = 'all: a b c\n\t@cat a b c\na b c:\n\t@sleep 0.05; echo $@ > $@\n';
  it.each([
    ['node', 'node', ['-e', 'setTimeout(() => console.log([3, 1, 2].sort().join()), 20)']],
    [
      'python3',
      'python3',
      ['-c', 'import json, subprocess; print(json.dumps(subprocess.check_output(["echo", "x"]).decode()))'],
    ],
    [
      'python3 threads',
      'python3',
      [
        '-c',
        'import threading as t; r = []; w = [t.Thread(target=r.append, args=(n,)) for n in range(8)]; [x.start() for x in w]; [x.join() for x in w]; print(sorted(r))',
      ],
    ],
    [
      'git',
      'sh',
      [
        '-c',
        'git init -q . && echo a > a && git add a && git -c user.name=n -c user.email=e@x commit -qm first --date=@0 && git log --format=%s && git fsck',
      ],
    ],
    [
      'sqlite3',
      'sqlite3',
      ['data.db', 'create table t (n); insert into t values (1), (2), (39); select sum(n) from t'],
    ],
    [
      'tar',
      'sh',
      ['-c', 'tar -C /etc -cf t.tar hostname && tar -xf t.tar && cmp hostname /etc/hostname && tar -tf t.tar'],
    ],
    ['make', 'make', ['-s', '-j3']],
    ['a pipeline', 'sh', ['-c', 'seq 1 5000 | grep 7 | sort -rn | head -3']],
    ['gcc', 'sh', ['-c', 'echo "int main(void) { return 42; }" > m.c && gcc -o m m.c; ./m; echo $?']],
  ] as [string, string, string[]][])('%s', (_name, command, args) => {
    const directory = (): string => {
      const made = emptyDirectory();
      writeFileSync(path.join(made, 'Makefile'), MAKEFILE);
      return made;
    };
    const bare = spawnSync(command, args, { cwd: directory(), encoding: 'utf8' });
    const finished = renacer(['--chaos', 'gentle', '--', command, ...args], { cwd: directory() });
    expect(bare.status).toBe(0);
    expect(closingLine(finished, 'outcome')).toMatch(/^survived/);
    expect(finished.stdout).toBe(bare.stdout);
  });
});

describe('the limits, seen by real programs', () => {
  it('an allocator beyond its memory limit is OOM-killed', () => {
    const allocate = 'blocks = []\nwhile True: blocks.append(bytearray(1 << 20))';
    const { outcome, signal, reason, limits } = report([
      '--chaos-memory-limit',
      '50M',
      '--',
      'python3',
      '-c',
      allocate,
    ]);
    expect({ outcome, signal }).toEqual({ outcome: 'stopped', signal: 'SIGKILL' });
    expect(reason?.message).toContain('memory');
    expect(limits.memory).toMatchObject({ limit_bytes: 50 * 1024 ** 2, oom_kills: 1 });
    expect(limits.memory!.peak_bytes).toBeGreaterThan(45 * 1024 ** 2);
  });

  it('an allocator that may fail gets ENOMEM', () => {
    const allocate = 'try:\n  bytearray(1 << 28)\nexcept MemoryError: print("refused")';
    const args = ['--chaos-memory-limit', '100M', '--chaos-memory-failure', 'enomem'];
    const { stdout, status } = renacer([...args, '--', 'python3', '-c', allocate]);
    expect({ stdout, status }).toEqual({ stdout: 'refused\n', status: 0 });
  });

  it('a spinning program at 0.05 CPU gets no more, by the clock of the kernel', () => {
    const spin = '1 while (times)[0] + (times)[1] < 0.15';
    const { limits } = report(['--chaos-cpu-limit', '0.05', '--', 'perl', '-e', spin]);
    expect(limits.cpu?.got_fraction).toBeLessThan(0.1);
    expect(limits.cpu?.throttled_ms).toBeGreaterThan(0);
  });

  it('sleep 600 at a timeout of 1 s is stopped', () => {
    const { outcome, reason, limits } = report(['--chaos-timeout', '1s', '--', 'sleep', '600']);
    expect(outcome).toBe('stopped');
    expect(reason?.message).toContain('timeout');
    expect(limits.timeout).toEqual({ limit_ms: 1000, by_default: false, reached: true, killed: false });
  });

  it('what ignores SIGTERM is killed, and so is what it left in the background', () => {
    const sleep = `sleep 63.${process.pid}`;
    const script = `trap "" TERM; (trap "" TERM; exec setsid ${sleep}) & ${sleep}`;
    const args = ['--chaos-timeout', '300ms', '--chaos-kill-after', '300ms', '--', 'sh', '-c', script];
    expect(report(args).limits.timeout).toMatchObject({ reached: true, killed: true });
    expect(processesWith(sleep)).toEqual([]);
  });
});

describe('injected signals, seen by real programs', () => {
  it('a shell script with traps receives each of them', () => {
    const script = `
      for signal in INT TERM USR1; do trap "echo got $signal" $signal; done
      i=0; while [ $i -lt 400 ]; do i=$((i + 1)); ls / > /dev/null; done`;
    const args = ['--chaos-signals', '--chaos-signal-rate', '0.004', '--seed', '3', '--chaos-timeout', '40s'];
    const file = path.join(emptyDirectory(), 'report.json');
    const { stdout } = renacer([...args, '--report', file, '-o', '/dev/null', '--', 'sh', '-c', script]);
    for (const signal of ['INT', 'TERM', 'USR1']) expect(stdout).toContain(`got ${signal}`);
    const { faults } = JSON.parse(readFileSync(file, 'utf8')) as Report;
    const handled = faults.filter((fault) => fault.kind === 'signal' && fault.task === '0' && fault.fate === 'handled');
    // Two that come while the shell waits for ls are one to it.
    const received = stdout.trim().split('\n').length;
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThanOrEqual(handled.length);
  });

  it('what has no handler dies of it, and the report says so', () => {
    const { outcome, signal, reason, faults } = report([
      '--chaos-signals=SIGUSR1',
      '--chaos-signal-rate',
      '1',
      '--',
      'ls',
    ]);
    expect({ outcome, signal }).toEqual({ outcome: 'stopped', signal: 'SIGUSR1' });
    expect(reason?.message).toContain('signal SIGUSR1');
    expect(faults).toMatchObject([{ kind: 'signal', signal: 'SIGUSR1', task: '0', ordinal: 1, fate: 'died' }]);
  });

  it('node cleans up and dies of SIGINT by its own hand: stopped all the same', () => {
    const spin = 'const fs = require("fs"); for (;;) fs.statSync("/")';
    const args = ['--chaos-signals=SIGINT', '--chaos-signal-rate', '0.0005', '--seed', '1', '--chaos-timeout', '20s'];
    expect(report([...args, '--', 'node', '-e', spin])).toMatchObject({
      outcome: 'stopped',
      signal: 'SIGINT',
      reason: { code: 'SIGNAL_INJECTED' },
    });
  });
});

describe('Renacer under its own chaos', () => {
  it('in too little memory it ends with a clear outcome', () => {
    const finished = renacer(['--chaos-memory-limit', '10M', '--chaos-timeout', '30s', '--', RENACER, '--', 'ls']);
    expect(closingLine(finished, 'outcome')).toMatch(/^stopped: memory limit reached/);
  });

  it.each([
    ['gentle in gentle', ['--chaos', 'gentle', '--', RENACER, '--chaos', 'gentle', '-o', '/dev/null', '--', 'ls', '/']],
    ['traced in gentle', ['--chaos', 'gentle', '--', RENACER, '-o', '/dev/null', '--', 'ls', '/']],
  ])('%s', (_name, args) => {
    const finished = renacer(args);
    expect(closingLine(finished, 'outcome')).toMatch(/^survived/);
    expect(finished.stdout).toContain('etc\n');
  });
});
