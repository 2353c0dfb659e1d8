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
  // Long paths, one of 4,095 bytes, none at all, and where no memory is.
  ['for n in 120 127 128 2046 2047; do cat $(printf "./%.0s" $(seq $n))a; done > out'],
  [
    'perl -e "\\$a = q(a); syscall 257, -100, \\$_ + 0, 0 for 0 .. 1; syscall 82, \\$a, 1; syscall 13, 1, 1, 1, 8" > out',
    'perl',
  ],
  [
    'perl -e "pipe R, W; for (1..9) { syswrite W, 1; vec(\\$v, fileno R, 1) = 1; select \\$v, undef, undef, 1 }" > out',
    'perl',
  ],
  [
    'PYTHONHASHSEED=0 /usr/bin/python3 -B -S -c "import select,os; r,w=os.pipe(); e=select.epoll(); e.register(r,1); os.write(w,b\'x\'); e.poll(); p=select.poll(); p.register(r); p.register(w); p.poll()"',
    'python3',
  ],
];

/** Both ways in the same place: its name is part of the trace. */
const base = scratch();

/** Lines that depend on when they come, or on the state of the machine. */
const TIMELY =
  /^(--- SIGCHLD|rt_sigreturn|wait4|sched_getaffinity|getppid|getrandom|getdents64|clock_|gettimeofday|times|sysinfo|fstatfs|futex|poll|pselect6).*\n/gm;

/** Expects the same traces from both, with what differs from run to run replaced. */
function expectSame(script: string, options: readonly string[]): void {
  const [walked, handled] = [traces(script, 'yes', options), traces(script, 'off', options)];
  // A size may be equal to a pid of one of both runs.
  const pids = new Set([...walked.keys(), ...handled.keys()]);
  const normalized = (texts: ReadonlyMap<string, string>) =>
    [...texts.values()].map((text) => normal(text, pids)).sort();
  expect(normalized(walked)).toEqual(normalized(handled));
}

/** The trace of each task, by its pid. */
function traces(script: string, walker: 'yes' | 'off', options: readonly string[]): Map<string, string> {
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
      PERL_HASH_SEED: '0',
    },
  });
  expect(status, stderr).toBe(script.endsWith('false') ? 1 : 0);
  const files = readdirSync(traceDirectory);
  return new Map(files.map((file) => [file.split('.').at(-1)!, readFileSync(path.join(traceDirectory, file), 'utf8')]));
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
      expectSame(script, ['--engine', 'ptrace', '-f']);
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
    expectSame(script, options);
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
