import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TreeChange } from '../../src/model/sweep.ts';
import { AS_NOBODY } from '../support/run-as.ts';

const START = path.resolve(import.meta.dirname, '../support/start-enclosed.mjs');
const NOBODY = 65534;

interface EnclosedRun {
  /** As wait4(2) tells it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly changes: readonly TreeChange[];
  readonly outside: readonly TreeChange[];
  /** What differed after all was put back. */
  readonly left: readonly TreeChange[];
}

interface Answer {
  /** What is in the input for a process that is started within. */
  readonly listed: string;
  /** Where a process is that is not. */
  readonly cwd: string;
  readonly runs: readonly EnclosedRun[];
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}

interface Options {
  readonly input?: string;
  readonly env?: readonly string[];
  readonly argv?: readonly string[];
  readonly network?: 'own' | 'host';
  readonly isolation?: 'full' | 'none';
}

const made: string[] = [];
let scratch: string;
beforeEach(() => {
  scratch = scratchIn('/tmp');
});
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true });
});

/** A directory with an input in it, which belong to nobody. */
function scratchIn(parent: string): string {
  const directory = realpathSync(mkdtempSync(path.join(parent, 'renacer-enclosure-')));
  made.push(directory);
  chmodSync(directory, 0o777);
  mkdirSync(path.join(directory, 'input/sub'), { recursive: true });
  writeFileSync(path.join(directory, 'outside'), 'untouched');
  writeFileSync(path.join(directory, 'input/file'), 'content\n');
  for (const name of ['outside', 'input', 'input/sub', 'input/file']) {
    chownSync(path.join(directory, name), NOBODY, NOBODY);
  }
  return directory;
}

function enclosed(through: readonly string[], scripts: readonly string[], options: Options = {}): Answer {
  const job = { input: path.join(scratch, 'input'), scratch, scripts, ...options };
  const words = [...through, process.execPath, START, JSON.stringify(job)];
  return JSON.parse(execFileSync(words[0]!, words.slice(1), { encoding: 'utf8', maxBuffer: 2 ** 28 })) as Answer;
}

const paths = (changes: readonly TreeChange[]): string[] => changes.map(({ path: at }) => at);
/** What a machine may not notice. */
const machine = (): string =>
  execFileSync('sh', ['-c', 'ls -laR /etc | sha256sum; hostname; cat /proc/self/mountinfo'], {
    encoding: 'utf8',
  });

describe.each([
  ['root', []],
  ['nobody', AS_NOBODY],
])('an enclosure of %s', (name, through) => {
  const run = (scripts: readonly string[], options: Options = {}): readonly EnclosedRun[] =>
    enclosed(through, scripts, options).runs;

  it('lets a command change a copy of its input and private directories, tells of that, and puts it back', () => {
    const [first, second] = run([
      'pwd; echo more >> file; rm -r sub; echo t > /tmp/t; mkdir /dev/shm/d; chmod 0 file',
      'cat file; ls /tmp; stat -c %a file',
    ]);
    expect(first).toMatchObject({ status: 0, stdout: `${scratch}/input\n`, stderr: '', left: [] });
    expect(paths(first!.changes)).toEqual(['file', 'sub']);
    expect(paths(first!.outside)).toEqual(['/dev/shm/d', '/tmp/t']);
    expect(second).toMatchObject({ status: 0, changes: [], outside: [] });
    expect(second!.stdout).toBe(`content\n${path.basename(scratch)}\n644\n`);
    expect(readFileSync(path.join(scratch, 'input/file'), 'utf8')).toBe('content\n');
  });

  it('gives processes the same ids in each run', () => {
    const ids = 'echo $$; sh -c "echo \\$\\$; true"; (sh -c "echo \\$\\$; true")';
    const [first, second] = run([ids, ids]);
    expect(first!.stdout).toMatch(/^2\n3\n/);
    expect(second!.stdout).toBe(first!.stdout);
  });

  it('hides when its files were read', () => {
    const look = 'stat -c "%X %Y" . file sub';
    const [first, second] = run([`${look}; cat file; ls . sub >/dev/null; ${look}`, look]);
    const [before, after] = first!.stdout.split('content\n');
    expect(after).toBe(before);
    expect(second!.stdout).toBe(before);
  });

  it('leaves its own process where it was', () => {
    const { listed, cwd } = enclosed(through, []);
    expect([listed, cwd]).toEqual(['file\nsub\n', `${scratch}/input\n`]);
  });

  it('survives what would end a machine', () => {
    const harm = [
      'rm -rf /etc /boot /root /home /sys/fs/cgroup /proc/sys 2>/dev/null; true',
      'kill -9 -1; echo survived',
      'echo x > /etc/renacer-test; echo x > /usr/bin/sh; chmod 777 /etc/passwd; mv /etc/hostname /tmp; true',
      'echo x > /proc/sys/kernel/hostname; echo 0 > /proc/1/oom_score_adj; mount -t tmpfs x /mnt; date -s 2001-01-01; true',
      'hostname other; reboot -f; swapoff -a; echo b > /proc/sysrq-trigger; cat /dev/sda /dev/vda /dev/mem; mknod disk b 254 0 && cat disk; true',
    ];
    const before = machine();
    const runs = run(harm);
    expect(runs).toHaveLength(harm.length);
    for (const { left } of runs) expect(left).toEqual([]);
    expect(runs[4]!.stdout).toBe('');
    expect(machine()).toBe(before);
    expect(readFileSync(path.join(scratch, 'outside'), 'utf8')).toBe('untouched');
  });

  it('shows a command no process but its own, and not those that it cannot have', () => {
    const [seen] = run([
      'ls -d /proc/[0-9]* | wc -l; readlink /proc/self/fd/3; cat /proc/1/comm; grep CapEff /proc/self/status',
    ]);
    const [count, comm, capabilities] = seen!.stdout.trim().split('\n');
    // Init, the shell, and what it starts.
    expect(Number(count)).toBeLessThanOrEqual(4);
    expect(comm).toBe('init');
    const SYS_ADMIN = 1n << 21n;
    expect(BigInt(`0x${capabilities!.split(/\s+/)[1]}`) & SYS_ADMIN).toBe(0n);
    if (name === 'nobody') expect(capabilities).toMatch(/\t0+$/);
  });

  it('has no network but a loopback of its own, and no way to the sockets of others', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const socket = path.join(scratchIn('/var/lib'), 'socket');
    const local = createServer().listen(socket);
    await new Promise((resolve) => local.once('listening', resolve));
    chmodSync(socket, 0o777);
    const { port } = server.address() as { port: number };
    const python = (code: string): string => `python3 -c 'import socket; ${code}' 2>&1 | tail -1`;
    const connect = (host: string): string => python(`socket.create_connection(("${host}", ${port}), 5)`);
    const own = (family: string, host: string): string =>
      python(
        `s = socket.socket(socket.${family}); s.bind(("${host}", 0)); s.listen(); socket.create_connection(s.getsockname()[:2], 5); print(1)`,
      );
    const [refused, unreachable, masked, v4, v6] = run([
      connect('127.0.0.1'),
      connect('192.0.2.1'),
      python(`socket.socket(socket.AF_UNIX).connect("${socket}")`),
      own('AF_INET', '127.0.0.1'),
      own('AF_INET6', '::1'),
    ]);
    server.close();
    local.close();
    expect(refused!.stdout).toMatch(/Connection refused/);
    expect(unreachable!.stdout).toMatch(/Network is unreachable/);
    expect(masked!.stdout).toMatch(/Connection refused/);
    expect([v4!.stdout, v6!.stdout]).toEqual(['1\n', '1\n']);
  });

  it('keeps what the command line and the environment name of /tmp visible, read-only', () => {
    const outside = path.join(scratch, 'outside');
    const directory = path.join(scratch, 'made');
    mkdirSync(directory);
    chmodSync(directory, 0o777);
    const script = `cat ${outside}; echo x > ${outside}; ls -A $TMPDIR; echo x > $TMPDIR/x && rm $TMPDIR/x`;
    const [named] = run([script], {
      argv: ['sh', `--file=${outside}`],
      env: [`PATH=${process.env.PATH}`, `TMPDIR=${directory}`],
    });
    expect(named).toMatchObject({ stdout: 'untouched', changes: [], outside: [] });
    expect(named!.stderr).toMatch(/Read-only file system/);
  });

  it.each(['/tmp', '/var/tmp', '/dev/shm', '/home', '/var/lib'])('works with an input in %s', (parent) => {
    const place = scratchIn(parent);
    const [first] = run([`pwd; touch new; touch ${place}/new; cat file`], { input: path.join(place, 'input') });
    expect(first).toMatchObject({ stdout: `${place}/input\ncontent\n`, left: [] });
    expect(paths(first!.changes)).toEqual(['new']);
    const isPrivate = ['/tmp', '/var/tmp', '/dev/shm'].includes(parent);
    expect(paths(first!.outside)).toEqual(isPrivate ? [`${place}/new`] : []);
  });

  it('works with an input that nobody may write to', () => {
    chmodSync(path.join(scratch, 'input'), 0o555);
    const [first] = run(['touch new; stat -c %a .']);
    expect(first!.stdout).toBe('555\n');
    expect(paths(first!.changes)).toEqual(name === 'root' ? ['new'] : []);
  });

  it('does without, in a copy elsewhere, if told so', () => {
    const [first, second] = run(['pwd; rm -r sub; mkdir dir; touch dir/new; chmod 0 dir', 'ls'], { isolation: 'none' });
    expect(first!.stdout).toMatch(/^\/tmp\/renacer-sweep-/);
    expect(paths(first!.changes)).toEqual(['dir', 'dir/new', 'sub']);
    expect(second).toMatchObject({ stdout: 'file\nsub\n', changes: [] });
    expect(execFileSync('ls', ['-A', '/tmp'], { encoding: 'utf8' })).not.toContain(path.basename(first!.stdout.trim()));
  });
});

describe('where the kernel has no mount_setattr(2)', () => {
  it('each mount is made read-only by itself', () => {
    const code = `
      import { keepMountsPrivate, makeAllReadOnly } from '${path.resolve(import.meta.dirname, '../../dist/linux/mounts.js')}';
      import { CLONE_NEWNS, leaveNamespaces } from '${path.resolve(import.meta.dirname, '../../dist/linux/namespaces.js')}';
      import { readFileSync, writeFileSync } from 'node:fs';
      leaveNamespaces(CLONE_NEWNS);
      keepMountsPrivate();
      makeAllReadOnly('one by one');
      const failures = ['/etc/renacer-x', '/tmp/renacer-x', '/dev/shm/renacer-x', '/proc/self/comm'].map((file) => {
        try { writeFileSync(file, 'x'); return file; } catch (error) { return error.code; }
      });
      console.log(failures.join());
      const mounts = readFileSync('/proc/thread-self/mountinfo', 'latin1').trim().split('\\n').map((line) => line.split(' '));
      // What is mounted over later is out of reach.
      const top = new Map(mounts.map(([, , , , point, options]) => [point, options]));
      console.log([...top.values()].filter((options) => !/^ro,.*nodev/.test(options)).length);`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
    expect(output).toBe('EROFS,EROFS,EROFS,EROFS\n0\n');
  });
});

describe('without namespaces', () => {
  it('nothing is started, and the reason is said', () => {
    const inside = 'echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --bounding-set=-all "$@"';
    const { error } = enclosed(['unshare', '--user', '--map-root-user', 'sh', '-c', inside, 'sh'], ['true']);
    expect(error).toMatchObject({
      code: 'NO_ISOLATION',
      message: 'this machine does not let Renacer isolate a command (clone: ENOSPC)',
      hint: expect.stringMatching(/user\.max_user_namespaces=0.*--no-isolation/),
    });
  });
});
