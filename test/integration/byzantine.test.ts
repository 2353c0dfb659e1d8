import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { OUTCOMES } from '../../src/model/outcome.ts';
import { has, RENACER, scratch } from '../support/guests.ts';
import { faultsByTask, PYTHON, runWith } from '../support/programs.ts';

const HARMLESS = { rate: 0.2, kinds: ['short', 'error'], errors: ['EINTR'] };

/** Text that does not compress to nothing. */
const TEXT = Array.from({ length: 20_000 }, (_, i) => `${i} ${(i * 2654435761) % 4294967296}`).join('\n');

/** Real work: a command line of sh, run in a directory with the file `text`; it prints what it has made. */
const WORK: readonly (readonly [program: string, work: string])[] = [
  [
    PYTHON,
    `${PYTHON} -c 'import sys, zlib; d = open("text", "rb").read(); open("z", "wb").write(zlib.compress(d)); print(zlib.crc32(d))'; cksum < z`,
  ],
  [
    'node',
    `node -e 'const fs = require("fs"); fs.writeFileSync("copy", fs.readFileSync("text")); fs.createReadStream("copy").pipe(process.stdout)' | cksum`,
  ],
  [
    'git',
    'git init -q . && git add text && git -c user.name=a -c user.email=a@b -c gc.auto=0 commit -qm m --date=2020-01-01T00:00:00Z && git fsck --strict 2>&1 && git cat-file -p HEAD:text | cksum',
  ],
  [
    'tar',
    'tar --mtime=@0 --owner=0 --group=0 -cf t.tar text && mkdir out && tar -C out -xf t.tar && cksum < t.tar && cksum < out/text',
  ],
  ['gzip', 'gzip -nk text && gzip -dc text.gz | cksum && cksum < text.gz'],
  [
    'sqlite3',
    `sqlite3 db 'create table t(x); begin; with recursive c(i) as (select 1 union all select i + 1 from c where i < 5000) insert into t select i from c; commit; select sum(x) from t; pragma integrity_check'`,
  ],
];

async function work(script: string, chaos: Record<string, unknown>): Promise<{ output: string; faults: number }> {
  const cwd = scratch();
  writeFileSync(path.join(cwd, 'text'), TEXT);
  const result = await runWith(chaos, ['sh', '-c', script], { cwd });
  return { output: `${result.exitCode} ${result.stdout}${result.stderr}`, faults: result.faults.length };
}

/**
 * Where the difference is the program's own: GNU tar takes a short read of a file for its end, and gzip, whose handlers
 * have no SA_RESTART, does not write again after EINTR.
 */
const THEIRS: Readonly<Record<string, RegExp>> = {
  tar: /^1 tar: text: File shrank by \d+ bytes; padding with zeros/,
  gzip: /^gzip: /m,
};

describe('random faults that programs must bear', () => {
  it.each(WORK)('%s: short transfers and EINTR make no difference, or one of its own', async (program, script) => {
    expect(has(program), `${program} is needed`).toBe(true);
    const usual = await work(script, {});
    expect(usual.output).toMatch(/^0 /);
    let faults = 0;
    for (const seed of [1, 2, 3]) {
      const met = await work(script, { byzantine: HARMLESS, seed });
      if (!THEIRS[program]?.test(met.output)) expect(met.output, `seed ${seed}`).toBe(usual.output);
      faults += met.faults;
    }
    expect(faults).toBeGreaterThan(0);
  });

  it.each([
    ['tar', ['write']],
    ['gzip', ['read', 'write']],
  ])('%s: short %s alone make none', async (program, syscalls) => {
    const [, script] = WORK.find(([name]) => name === program)!;
    const byzantine = { rate: 0.2, kinds: ['short'], syscalls };
    expect((await work(script, { byzantine })).output).toBe((await work(script, {})).output);
  });

  it.runIf(has('curl'))('curl: the same', async () => {
    const server = createServer((_, response) => response.end(TEXT)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    try {
      for (const seed of [1, 2, 3]) {
        const result = await runWith({ byzantine: HARMLESS, seed }, ['curl', '-sS', url]);
        expect(result.stdout).toBe(TEXT);
        expect(result.faults.length).toBeGreaterThan(0);
      }
    } finally {
      server.close();
    }
  });
});

describe('the same seed', () => {
  const RUNS = 50;

  it('gives a multi-process program the same faults in each task', async () => {
    const byzantine = { rate: 0.2, kinds: ['error', 'short'], syscalls: ['openat', 'read', 'newfstatat', 'close'] };
    const script = 'for i in 1 2 3; do (cat /etc/passwd; ls /etc) >/dev/null & done; wait';
    const once = async (seed: number): Promise<Record<string, string[]>> =>
      faultsByTask(await runWith({ byzantine, seed }, ['sh', '-c', script]));
    const first = await once(7);
    expect(Object.keys(first).length).toBeGreaterThan(3);
    for (let run = 1; run < RUNS; run++) expect(await once(7)).toEqual(first);
    expect(await once(8)).not.toEqual(first);
  });

  it('gives a multi-threaded program the same faults in each task', async () => {
    const byzantine = { rate: 0.2, kinds: ['error', 'short', 'retval', 'corrupt'], syscalls: ['pread64'] };
    const script = `
import os, threading
def work():
    file = os.open("/etc/passwd", os.O_RDONLY)
    for _ in range(20):
        try: os.pread(file, 100, 0)
        except OSError: pass
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()`;
    const once = async (): Promise<Record<string, string[]>> =>
      faultsByTask(await runWith({ byzantine, seed: 3 }, [PYTHON, '-S', '-E', '-c', script]));
    const first = await once();
    expect(Object.keys(first)).toEqual(expect.arrayContaining(['0.1', '0.2', '0.3', '0.4']));
    for (let run = 1; run < RUNS; run++) expect(await once()).toEqual(first);
  });

  it('is told nothing by another rule, nor by tracing', async () => {
    const command = ['cat', '/etc/passwd', '/etc/group'];
    const random = { byzantine: { rate: 0.5, kinds: ['delay'] }, seed: 5 };
    const alone = faultsByTask(await runWith(random, command));
    const rules = [{ syscall: 'read', delay_enter: '1us', when: '2' }];
    const together = faultsByTask(await runWith({ ...random, rules }, command));
    expect(together['0']!.filter((fault) => fault.includes(' byzantine '))).toEqual(alone['0']);
  });
});

describe('where faults begin', () => {
  const openings = async (faultsFrom: Record<string, unknown>): Promise<number> => {
    const result = await runWith({ byzantine: { rate: 1, kinds: ['delay'], syscalls: ['openat'] }, ...faultsFrom }, [
      'cat',
      '/etc/passwd',
    ]);
    return result.faults.length;
  };

  it("is the program's own entry point, or exec, or a time", async () => {
    const usual = await openings({});
    expect(await openings({ faults_from: 'exec' })).toBeGreaterThan(usual);
    expect(await openings({ faults_from: '1h' })).toBe(0);
  });

  it('is exec for -e, unless --faults-from says otherwise', () => {
    const fired = (...options: string[]): number => {
      const report = path.join(scratch(), 'report.json');
      execFileSync(RENACER, [...options, '--report', report, '--', 'cat', '/etc/passwd'], { stdio: 'ignore' });
      return (JSON.parse(readFileSync(report, 'utf8')) as { faults: unknown[] }).faults.length;
    };
    const rule = ['-e', 'inject=openat:delay_enter=1'];
    const all = fired(...rule);
    expect(fired(...rule, '--faults-from', 'entry')).toBeLessThan(all);
    expect(fired('-e', 'inject=openat:delay_enter=1:from=exec', '--faults-from', 'entry')).toBe(all);
    expect(fired(...rule, '--faults-from', '1h')).toBe(0);
  });
});

describe('the preset extreme', () => {
  it('runs, and injects random faults', () => {
    const report = path.join(scratch(), 'report.json');
    const script = 'for i in 1 2 3 4 5 6 7 8 9; do cat /etc/passwd >/dev/null; done';
    const options = ['--chaos', 'extreme', '--seed', '2', '--report', report, '--expect', OUTCOMES.join(',')];
    execFileSync(RENACER, [...options, '--', 'sh', '-c', script], { stdio: 'ignore' });
    const { faults } = JSON.parse(readFileSync(report, 'utf8')) as { faults: { rule: string }[] };
    expect(faults.some(({ rule }) => rule === 'byzantine')).toBe(true);
  });
});
