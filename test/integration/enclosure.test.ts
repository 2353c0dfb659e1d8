import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TreeChange } from '../../src/model/sweep.ts';

const ENCLOSED = path.resolve(import.meta.dirname, '../support/enclosed.mjs');

interface EnclosedRun {
  /** As wait4(2) tells it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly changes: readonly TreeChange[];
  readonly outside: readonly TreeChange[];
  readonly left: readonly TreeChange[];
}

let scratch: string;
beforeEach(() => {
  scratch = realpathSync(mkdtempSync('/tmp/renacer-enclosure-'));
  writeFileSync(path.join(scratch, 'outside'), 'untouched');
  mkdirSync(path.join(scratch, 'input/sub'), { recursive: true });
  writeFileSync(path.join(scratch, 'input/file'), 'content\n');
});
afterEach(() => rmSync(scratch, { recursive: true }));

interface Options {
  readonly input?: string;
  readonly env?: readonly string[];
  readonly argv?: readonly string[];
  readonly network?: 'own' | 'host';
}

function enclosed(scripts: readonly string[], options: Options = {}): readonly EnclosedRun[] {
  const job = { input: path.join(scratch, 'input'), scratch, scripts, ...options };
  const output = execFileSync(process.execPath, [ENCLOSED, JSON.stringify(job)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return (JSON.parse(output) as { runs: EnclosedRun[] }).runs;
}

const paths = (changes: readonly TreeChange[]): string[] => changes.map(({ path: at }) => at);

describe('an enclosure', () => {
  it('lets a command change a copy of its input and private directories, tells of that, and puts it back', () => {
    const [first, second] = enclosed([
      'pwd; echo more >> file; rm -r sub; echo t > /tmp/t; mkdir /dev/shm/d',
      'cat file; ls /tmp',
    ]);
    expect(first).toMatchObject({ status: 0, stdout: `${scratch}/input\n`, stderr: '', left: [] });
    expect(paths(first!.changes)).toEqual(['file', 'sub']);
    expect(paths(first!.outside)).toEqual(['/dev/shm/d', '/tmp/t']);
    expect(second).toMatchObject({
      status: 0,
      stdout: `content\n${path.basename(scratch)}\n`,
      changes: [],
      outside: [],
    });
    expect(readFileSync(path.join(scratch, 'input/file'), 'utf8')).toBe('content\n');
  });

  it('survives what would end a machine', () => {
    const harm = [
      'rm -rf /etc /boot /root /home /sys/fs/cgroup /proc/sys 2>/dev/null; true',
      'kill -9 -1; echo survived',
      'echo x > /etc/renacer-test; echo x > /usr/bin/sh; chmod 777 /etc/passwd; mv /etc/hostname /tmp; true',
      'echo x > /proc/sys/kernel/hostname; echo 0 > /proc/1/oom_score_adj; mount -t tmpfs x /mnt; date -s 2001-01-01; true',
      'reboot -f; swapoff -a; true',
    ];
    const before = execFileSync('sh', ['-c', 'ls -laR /etc | sha256sum; hostname; cat /proc/self/mountinfo'], {
      encoding: 'utf8',
    });
    const runs = enclosed(harm);
    expect(runs).toHaveLength(harm.length);
    for (const run of runs) expect(run.left).toEqual([]);
    expect(
      execFileSync('sh', ['-c', 'ls -laR /etc | sha256sum; hostname; cat /proc/self/mountinfo'], { encoding: 'utf8' }),
    ).toBe(before);
    expect(readFileSync(path.join(scratch, 'outside'), 'utf8')).toBe('untouched');
  });

  it('has no network but a loopback of its own', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const connect = (host: string): string =>
      `python3 -c 'import socket; socket.create_connection(("${host}", ${port}))' 2>&1 | tail -1`;
    const own =
      'python3 -c "import socket; s = socket.socket(); s.bind((\'127.0.0.1\', 0)); s.listen(); socket.create_connection(s.getsockname()); print(1)"';
    const [refused, unreachable, served] = enclosed([connect('127.0.0.1'), connect('192.0.2.1'), own]);
    server.close();
    expect(refused!.stdout).toMatch(/Connection refused/);
    expect(unreachable!.stdout).toMatch(/Network is unreachable/);
    expect(served!.stdout).toBe('1\n');
  });

  it('keeps what the command line and the environment name of /tmp visible, read-only', () => {
    const outside = path.join(scratch, 'outside');
    const made = path.join(scratch, 'made');
    mkdirSync(made);
    symlinkSync(outside, path.join(scratch, 'link'));
    const [named] = enclosed(
      [`cat ${outside}; echo x > ${outside}; ls -A $TMPDIR; echo x > $TMPDIR/x && rm $TMPDIR/x`],
      {
        argv: ['sh', `--file=${outside}`],
        env: [`PATH=${process.env.PATH}`, `TMPDIR=${made}`],
      },
    );
    expect(named).toMatchObject({ stdout: 'untouched', changes: [], outside: [] });
    expect(named!.stderr).toMatch(/Read-only file system/);
  });
});
