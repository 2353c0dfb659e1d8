import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { reported } from '../support/command-line.ts';
import { has, scratch } from '../support/guests.ts';

/** A directory with a file that does not compress and one of lines: fresh ones, or copies of those of another. */
function material(of?: string): string {
  const directory = scratch();
  const lines = Array.from(
    { length: 20_000 },
    (_, i) => `${(i * 7919) % 20_011}
`,
  ).join('');
  writeFileSync(
    path.join(directory, 'noise'),
    of === undefined ? randomBytes(300_000) : readFileSync(path.join(of, 'noise')),
  );
  writeFileSync(path.join(directory, 'lines'), lines);
  return directory;
}

describe.skipIf(!has('lz4'))('lz4 (skipped without it)', () => {
  it('believes that it could write what did not fit, and removes the only whole copy', () => {
    const cwd = material();
    const check = 'lz4 -t -q noise.lz4';
    const rule = 'inject=write:error=ENOSPC:path=**.lz4:when=2';
    const { status, report } = reported(
      ['-e', rule, '--verify', check, '--', 'lz4', '-q', '--rm', 'noise', 'noise.lz4'],
      { cwd },
    );
    expect(report.exit_code).toBe(0);
    expect(report.outcome).toBe('corrupted');
    expect(status).toBe(1);
    expect(existsSync(path.join(cwd, 'noise'))).toBe(false);
    expect(statSync(path.join(cwd, 'noise.lz4')).size).toBeLessThan(300_000);
  });
});

describe.skipIf(!has('mawk'))('mawk (skipped without it)', () => {
  it('closes a file twice, if there is no space for its output', () => {
    const cwd = material();
    const program = 'BEGIN { for (i = 1; i <= 20000; i++) { print i > "copy"; print i } }';
    const { report } = reported(['-e', 'inject=write:error=ENOSPC:fd=1', '--', 'mawk', program], { cwd });
    expect(report.outcome).toBe('crashed');
    expect(report.signal).toBe('SIGABRT');
  });
});

describe.skipIf(!has('zstd'))('zstd (skipped without it)', () => {
  it('uses a file that it could not open', () => {
    const cwd = material();
    const rule = 'inject=openat:error=EMFILE:when=2:from=entry';
    const { report } = reported(['-e', rule, '--', 'zstd', '-q', 'noise', '-o', 'noise.zst'], { cwd });
    expect(report.outcome).toBe('crashed');
    expect(report.signal).toBe('SIGSEGV');
  });
});

describe.skipIf(!has('mksquashfs'))('mksquashfs (skipped without it)', () => {
  it('waits for ever for a thread that could not be made', () => {
    const cwd = material();
    const rule = 'inject=clone3:error=EAGAIN:when=2';
    const limits = ['--chaos-timeout=3s', '--hang-after=1500ms'];
    const command = ['mksquashfs', cwd, `${cwd}.squashfs`, '-processors', '2'];
    const { status, report } = reported(['-e', rule, ...limits, '--', ...command], { cwd });
    expect(report.outcome).toBe('hung');
    expect(status).toBe(124);
  });
});

describe.skipIf(!has('sqlite3'))('sqlite3 (skipped without it)', () => {
  const ROWS = 60;
  const inserts = Array.from(
    { length: ROWS },
    (_, i) => `INSERT INTO t VALUES(${i + 1}, hex(randomblob(200)));\nSELECT ${i + 1};\n`,
  );

  it.each([
    'pwrite64,write:error=EIO:prob=0.02',
    'pwrite64,write:error=ENOSPC:prob=0.02',
    'pwrite64,write:short=0.5:prob=0.2',
    'pread64,read:short=0.5:prob=0.2',
    'fsync,fdatasync:error=EIO:prob=0.05',
    'pread64:error=EIO:prob=0.02',
    'unlink,unlinkat,ftruncate,openat:error=EIO:prob=0.05',
    'pwrite64:kill=after:prob=0.01',
  ])('%s: loses no row that it said was there', (rule) => {
    for (const [seed, journal] of [
      [1, 'DELETE'],
      [2, 'WAL'],
      [3, 'TRUNCATE'],
    ] as const) {
      const file = path.join(scratch(), 'db');
      spawnSync('sqlite3', [
        file,
        `PRAGMA journal_mode=${journal}; CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT);`,
      ]);
      const input = `PRAGMA synchronous=FULL;\n${inserts.join('')}`;
      const options = ['-e', `inject=${rule}:path=${file}*`, `--seed=${seed}`];
      const { stdout } = reported([...options, '--', 'sqlite3', '-bail', file], { input });
      const committed = stdout.split('\n').filter((line) => /^\d+$/.test(line)).length;
      const after = spawnSync('sqlite3', [file, 'PRAGMA integrity_check; SELECT count(*) FROM t;'], {
        encoding: 'utf8',
      });
      const [integrity, count] = after.stdout.split('\n');
      expect(integrity).toBe('ok');
      expect(Number(count)).toBeGreaterThanOrEqual(committed);
      expect(Number(count)).toBeLessThanOrEqual(committed + 1);
    }
  });
});

/** A fifth of all transfers are short. */
const SHORT = [
  'read,pread64,readv,write,pwrite64,writev,recvfrom,recvmsg,sendto,sendmsg,sendfile,copy_file_range:short=0.5:prob=0.2',
  'getdents64:short=0.5:prob=0.2',
].flatMap((rule) => ['-e', `inject=${rule}:from=entry`]);

interface BothWays {
  readonly plain: string;
  readonly short: string;
  readonly status: number | null;
  readonly stderr: string;
}

/** What a shell command prints, untouched and with short transfers. */
function bothWays(command: string): BothWays {
  const cwd = material();
  const plain = spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8' }).stdout;
  const words = ['--seed=12', '--chaos-timeout=40s', ...SHORT, '-o', '/dev/null', '--', 'sh', '-c', command];
  const { report, stdout, stderr, status } = reported(words, { cwd: material(cwd) });
  expect(report.faults.length).toBeGreaterThan(0);
  return { plain, short: stdout, status, stderr };
}

describe('coreutils and gzip take short transfers for what they are', () => {
  it.each([
    ...[
      'cat lines',
      'sort -n lines',
      'wc lines noise',
      'sha256sum noise',
      'cp noise copy && cmp noise copy && echo same',
    ],
    ...[
      'tee copy < lines | sha256sum',
      'head -c 150000 noise | sha256sum',
      'uniq -c lines | sort | md5sum',
      'ls -f . | sort',
    ],
    ...['base64 noise | base64 -d | cmp - noise && echo same', 'gzip -c lines | gzip -d | cmp - lines && echo same'],
    'split -n 3 noise part && cat partaa partab partac | cmp - noise && echo same',
  ])('%s', (command) => {
    const { plain, short } = bothWays(command);
    expect(plain).not.toBe('');
    expect(short).toBe(plain);
  });

  it.each([
    ['tac', 'tac lines', 'tac: lines: read error'],
    ['tar', 'tar -cf archive noise', 'tar: noise: File shrank by'],
  ])('%s does not: it takes a short read of a file for its end, and says so', (_, command, complaint) => {
    const { status, stderr } = bothWays(command);
    expect(status).toBe(1);
    expect(stderr).toContain(complaint);
  });
});

describe.skipIf(!has('git'))('git (skipped without it)', () => {
  it('survives EINTR wherever a signal could bring it about', () => {
    const cwd = material();
    const script =
      'export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null; ' +
      'export GIT_AUTHOR_DATE="1600000000 +0000" GIT_COMMITTER_DATE="1600000000 +0000"; ' +
      'git init -q repo && cp lines noise repo && cd repo && git add . && ' +
      'git -c user.name=a -c user.email=a commit -qm one && git gc -q && git clone -q . ../clone && ' +
      'git -C ../clone fsck && git -C ../clone log --format=%T';
    const plain = spawnSync('sh', ['-c', script], { cwd: material(cwd), encoding: 'utf8' }).stdout;
    // Random faults are those that a signal could bring about: a call of a program without handlers is not interrupted.
    const options = ['--chaos-byzantine=0.5', '--chaos-byzantine-kinds=error', '--chaos-byzantine-errors=EINTR'];
    let faults = 0;
    for (const seed of [1, 2, 3, 4]) {
      const { report, stdout, stderr, status } = reported([`--seed=${seed}`, ...options, '--', 'sh', '-c', script], {
        cwd: material(cwd),
      });
      expect(status, stderr).toBe(0);
      expect(stdout).toBe(plain);
      faults += report.faults.length;
    }
    expect(faults).toBeGreaterThan(0);
  });
});
