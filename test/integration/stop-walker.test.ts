import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { has, RENACER, scratch } from '../support/guests.ts';

/** Real programs that do the same each time, but for pids, addresses, times and random names. */
const WORKLOADS: readonly (readonly [script: string, ...needs: string[]])[] = [
  ['cat a b > c'],
  ['ls -la / > out'],
  ['dd if=/dev/zero of=out bs=7 count=500 status=none'],
  ['sort --parallel=1 -S 1M -r lines > out'],
  ['tar -cf out.tar a b lines && tar -tf out.tar > out'],
  ['gzip -k lines && gunzip -c lines.gz > out'],
  ['cp -a a copy && mv copy moved && rm moved'],
  ['find . -name "*n*" > out'],
  ['grep -c 9 lines > out; sed -n 5,9p lines >> out; false'],
  ['awk "{s += \\$1} END {print s}" lines > out', 'awk'],
  ['sqlite3 db "create table t(a); insert into t values(1),(2); select sum(a) from t" > out', 'sqlite3'],
  ['git init -q r && cd r && cp -p ../a . && git add a && git -c user.name=a -c user.email=a@b commit -qm x', 'git'],
  ['PYTHONHASHSEED=0 /usr/bin/python3 -B -S -c "import json; print(json.dumps(list(range(300))))" > out', 'python3'],
  ['for i in 1 2 3 4 5 6; do (echo $i; cat a) >> out; done'],
  ['printf "all: x y\\nx y:\\n\\tcp a \\$@; sleep 0.0\\n" > Makefile; make -s', 'make'],
  ['perl -e "for (1..20) { if (!(\\$p = fork)) { exec qw(cat a) } waitpid \\$p, 0 }" > out', 'perl'],
];

/** Both ways in the same place: its name is part of the trace. */
const base = scratch();

/** Lines that depend on when they come, or on the state of the machine. */
const TIMELY =
  /^(--- SIGCHLD|rt_sigreturn|wait4|sched_getaffinity|getppid|getrandom|getdents64|clock_|gettimeofday|times|sysinfo|fstatfs|futex|poll|pselect6).*\n/gm;

/** The trace of each task, with what differs from run to run replaced, in some order. */
function traces(script: string, walker: 'yes' | 'off', options: readonly string[]): string[] {
  const [cwd, traceDirectory] = [path.join(base, 'work'), path.join(base, 'traces')];
  for (const directory of [cwd, traceDirectory]) {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
  }
  writeFileSync(path.join(cwd, 'a'), 'one\ntwo\n');
  writeFileSync(path.join(cwd, 'b'), 'x'.repeat(70_000));
  writeFileSync(path.join(cwd, 'lines'), Array.from({ length: 2000 }, (_, n) => `${n}\n`).join(''));
  // Git reads a file again that is as new as its index.
  for (const file of ['a', 'b', 'lines']) utimesSync(path.join(cwd, file), 1e9, 1e9);
  const args = [...options, '-ff', '-o', path.join(traceDirectory, 't'), '--', 'setarch', '-R', 'sh', '-c', script];
  const { status, stderr } = spawnSync(RENACER, args, {
    cwd,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      PWD: cwd,
      HOME: cwd,
      GIT_AUTHOR_DATE: '@1 +0000',
      GIT_COMMITTER_DATE: '@1 +0000',
      RENACER_STOP_WALKER: walker,
      GIT_CONFIG_NOSYSTEM: '1',
    },
  });
  expect(status, stderr).toBe(script.endsWith('false') ? 1 : 0);
  const files = readdirSync(traceDirectory);
  const pids = new Set(files.map((file) => file.split('.').at(-1)!));
  return files.map((file) => normal(readFileSync(path.join(traceDirectory, file), 'utf8'), pids)).sort();
}

function normal(text: string, pids: ReadonlySet<string>): string {
  return (
    text
      .replaceAll(TIMELY, '')
      .replaceAll(/0x[0-9a-f]+/g, 'ADDRESS')
      .replaceAll(/ +=/g, ' =')
      .replaceAll(/:\[\d+\]/g, ':[INODE]')
      .replaceAll(/si_utime=\d+( \/\*.*?\*\/)?, si_stime=\d+( \/\*.*?\*\/)?/g, 'TIMES')
      .replaceAll(/st_\w+=\d[^,}]*/g, 'STAT')
      .replaceAll(/tv_n?sec=\d+/g, 'TIME')
      .replaceAll(/ \/\* \d{4}-.*? \*\//g, '')
      // Behind all other numbers: one of those may be equal to some pid.
      .replaceAll(/\b\d+\b/g, (number) => (pids.has(number) ? 'PID' : number))
      .replaceAll(/"(?:[^"\\]|\\.)*"/g, (string) => (/\\\d/.test(string) ? 'BYTES' : string))
      .replaceAll(/(tmp_obj_|index|sed|tmp|git\/t)\w*/g, '$1')
  );
}

describe('machine code at the stops', () => {
  for (const [script, ...needs] of WORKLOADS) {
    it.skipIf(!needs.every(has))(`writes the same trace as the stop loop alone: ${script}`, () => {
      const options = ['--engine', 'ptrace', '-f'];
      expect(traces(script, 'yes', options)).toEqual(traces(script, 'off', options));
    });
  }

  it.each([
    ['every call stops by ptrace alone', ['-e', 'trace=all']],
    ['only some calls are asked for', ['--engine', 'ptrace', '-f', '-e', 'trace=read,write,close']],
    ['long data', ['--engine', 'ptrace', '-f', '-s', '20000']],
    ['no data', ['--engine', 'ptrace', '-f', '-s', '0']],
    ['paths of descriptors', ['--engine', 'ptrace', '-f', '-y']],
  ])('the same, where %s', (_, options) => {
    const script = 'cat a b > c; head -n 900 lines > out; sort --parallel=1 -S 1M out > c';
    expect(traces(script, 'yes', options)).toEqual(traces(script, 'off', options));
  });

  it('counts what the stop loop alone counts', () => {
    const count = (walker: string) => {
      const file = path.join(base, 'counts');
      const options = ['--engine', 'ptrace', '-f', '-c', '-U', 'calls,errors,name', '-o', file, '--'];
      spawnSync(RENACER, [...options, 'sh', '-c', 'ls /nonexistent; for i in 1 2 3; do cat /dev/null; done'], {
        env: { PATH: process.env.PATH, RENACER_STOP_WALKER: walker },
      });
      return readFileSync(file, 'utf8').split('\n').sort();
    };
    expect(count('yes').length).toBeGreaterThan(10);
    expect(count('yes')).toEqual(count('off'));
  });

  it('shows a call that blocks before it ends', () => {
    const script = `exec 3<>fifo; "$0" --engine ptrace -f -e trace=read -o t sh -c 'read x' <&3 &
      for i in $(seq 100); do sleep 0.1; grep -q 'read(0' t && break; done
      cat t; echo >&3; wait`;
    const cwd = path.join(scratch(), 'blocking');
    mkdirSync(cwd);
    spawnSync('mkfifo', ['fifo'], { cwd });
    const { stdout } = spawnSync('sh', ['-c', script, RENACER], { cwd, encoding: 'utf8' });
    expect(stdout).toMatch(/read\(0/);
  });
});

describe('machine code that counts calls for rules', () => {
  /** What was injected where, over the whole tree. */
  function injected(walker: string, rule: string, script: string): unknown {
    const file = path.join(base, 'report.json');
    rmSync(file, { force: true });
    const options = ['--seed', '1', '-e', rule, '--report', file, '-o', '/dev/null', '--'];
    spawnSync(RENACER, [...options, 'sh', '-c', script], {
      cwd: base,
      env: { PATH: process.env.PATH, RENACER_STOP_WALKER: walker },
    });
    const { faults, rules, outcome } = JSON.parse(readFileSync(file, 'utf8'));
    return { outcome, rules, faults: faults.map(({ at, fault }: { at: unknown; fault: unknown }) => ({ at, fault })) };
  }

  it.each([
    ['a later call', 'inject=read:error=EINTR:when=40', 'dd if=/dev/zero of=out bs=1 count=99 status=none'],
    [
      'every tenth call of each task',
      'inject=read,write:error=EINTR:when=5..300+10',
      'for i in 1 2 3; do dd if=/dev/zero of=out bs=1 count=50 status=none; done',
    ],
    [
      'two, and none after that',
      'inject=write:error=ENOSPC:when=3+:times=2',
      'for i in 1 2 3 4 5 6; do echo $i; done > out; cat out',
    ],
    ['a call that never comes', 'inject=close:error=EIO:when=5000', 'ls /; ls /'],
    ['from the first call on', 'inject=openat:error=ENOENT:when=2:from=exec', 'cat a b'],
  ])('injects the same: %s', (_, rule, script) => {
    const same = injected('off', rule, script);
    expect(injected('yes', rule, script)).toEqual(same);
    expect((same as { rules: { eligible: number }[] }).rules[0]!.eligible).toBeGreaterThan(1);
  });
});
