import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/json-report.ts';
import { reported } from '../support/command-line.ts';
import { has, RENACER, scratch } from '../support/guests.ts';
import { PYTHON } from '../support/programs.ts';

/** A directory with a file that does not compress, one that does, and one of lines. */
function material(): string {
  const directory = scratch();
  writeFileSync(path.join(directory, 'noise'), randomBytes(300_000));
  writeFileSync(path.join(directory, 'zeroes'), Buffer.alloc(200_000));
  writeFileSync(
    path.join(directory, 'lines'),
    Array.from({ length: 20_000 }, (_, i) => `${(i * 7919) % 20_011}\n`).join(''),
  );
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
    const program = '{ print > "copy"; print }';
    const { report } = reported(['-e', 'inject=write:error=ENOSPC:fd=1', '--', 'mawk', program, 'lines'], { cwd });
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
    const command = ['mksquashfs', '.', '/dev/null', '-noappend', '-processors', '2'];
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

/** Every transfer may be short, and every call that may wait is interrupted now and then. */
const UNSTEADY = [
  'read,pread64,readv,write,pwrite64,writev,recvfrom,recvmsg,sendto,sendmsg,sendfile,copy_file_range:short=0.5:prob=0.2',
  'read,readv,write,writev:error=EINTR:prob=0.2:fd=pipe',
  'read,readv,write,writev,recvfrom,recvmsg,sendto,sendmsg:error=EINTR:prob=0.2:fd=socket',
  'wait4,waitid,poll,ppoll,epoll_wait,select,pselect6:error=EINTR:prob=0.2',
  'getdents64:short=0.5:prob=0.2',
].flatMap((rule) => ['-e', `inject=${rule}:from=entry`]);

/** What a shell command prints, untouched and under these rules. */
function bothWays(cwd: string, command: string, rules: readonly string[] = UNSTEADY): [string, string] {
  const plain = spawnSync('sh', ['-c', command], { cwd, encoding: 'latin1', maxBuffer: 64e6 });
  const words = ['--seed=11', '--chaos-timeout=40s', ...rules, '--', 'sh', '-c', command];
  const { report, stdout, stderr } = reported(words, { cwd, maxBuffer: 64e6 });
  expect(report.faults.length, stderr).toBeGreaterThan(0);
  return [plain.stdout, stdout];
}

describe('programs that are right stay right under short transfers and interruptions', () => {
  const coreutils = [
    'cat lines',
    'sort -n lines',
    'tac lines',
    'wc lines noise',
    'sha256sum noise',
    'cp noise copy && cmp noise copy && echo same',
  ];
  const others = [
    ...[
      'tee copy < lines | sha256sum',
      'head -c 150000 noise | sha256sum',
      'uniq -c lines | sort | md5sum',
      'ls -f . | sort',
    ],
    ...[
      'base64 noise | base64 -d | cmp - noise && echo same',
      'split -n 3 noise part && cat partaa partab partac | cmp - noise && echo same',
    ],
  ];
  it.each([...coreutils, ...others])('coreutils: %s', (command) => {
    const [plain, unsteady] = bothWays(material(), command);
    expect(unsteady).toBe(plain);
  });

  it.each([
    ['gzip', 'gzip -c lines | gzip -d | cmp - lines && gzip -c noise | sha256sum'],
    [
      'tar',
      'tar -cf - lines noise zeroes | tar -xf - -C "$(mktemp -d -p .)" && cat */noise | cmp - noise && echo same',
    ],
    [
      'git',
      'export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null; d=$(mktemp -d -p .); cd "$d" && git init -q . && cp ../lines ../noise . && git add . && GIT_AUTHOR_DATE=@0 GIT_COMMITTER_DATE=@0 git -c user.name=a -c user.email=a commit -qm one && git gc -q && git clone -q . ../clone.$(basename "$d") && git -C ../clone.$(basename "$d") log --format=%H && git fsck',
    ],
    [
      'node',
      'node -e \'const fs=require("fs"),c=require("crypto");fs.writeFileSync("n",fs.readFileSync("noise"));fs.createReadStream("n").pipe(c.createHash("sha256")).on("data",d=>console.log(d.toString("hex")))\'',
    ],
    [
      'sqlite3',
      'f=$(mktemp -p .) && sqlite3 "$f" "create table t(a); .import lines t" "select count(*), sum(a) from t; pragma integrity_check"',
    ],
  ])('%s', (program, command) => {
    if (!has(program)) throw new Error(`${program} is missing`);
    const [plain, unsteady] = bothWays(material(), command);
    expect(unsteady).toBe(plain);
    expect(plain).not.toBe('');
  });

  it.skipIf(!PYTHON)('python3 (skipped without it)', () => {
    const script =
      'import hashlib,subprocess,zlib;d=open("noise","rb").read();open("p","wb").write(d);print(hashlib.sha256(open("p","rb").read()).hexdigest(),len(subprocess.run(["cat","lines"],capture_output=True).stdout))';
    const [plain, unsteady] = bothWays(material(), `${PYTHON} -c '${script}'`);
    expect(unsteady).toBe(plain);
  });

  it.skipIf(!has('curl'))('curl (skipped without it)', async () => {
    const cwd = material();
    const server = createServer((_, response) => createReadStream(path.join(cwd, 'noise')).pipe(response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const got = path.join(cwd, 'got');
    const report = path.join(cwd, 'report.json');
    await promisify(execFile)(RENACER, [
      ...UNSTEADY,
      '--seed=11',
      '--report',
      report,
      '--',
      'curl',
      '-s',
      '-o',
      got,
      url,
    ]);
    server.close();
    expect((JSON.parse(readFileSync(report, 'utf8')) as Report).faults.length).toBeGreaterThan(0);
    expect(readFileSync(got).equals(readFileSync(path.join(cwd, 'noise')))).toBe(true);
  });
});
