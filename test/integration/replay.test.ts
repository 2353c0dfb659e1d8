import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as Library from '../../src/index.ts';
import type { ReportFault } from '../../src/report/json-report.ts';
import { toReport } from '../../src/report/to-report.ts';
import { reported } from '../support/command-line.ts';
import { guest, hasCompiler, ROOT, scratch } from '../support/guests.ts';
import { PYTHON } from '../support/programs.ts';
import { closingLine, renacer } from '../support/renacer.ts';

const { ChaosConfig, replay, run } = (await import(path.join(ROOT, 'dist/index.js'))) as typeof Library;

interface Line {
  readonly task: string;
  readonly syscall: string;
  readonly ordinal: number;
  readonly rule: string;
  readonly fault?: string;
  readonly signal?: string;
}

function linesOf(file: string): Line[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as Line);
}

/** What was injected, for each task in its order: tasks run side by side. */
function byTask(faults: readonly ReportFault[]): Record<string, string[]> {
  const tasks: Record<string, string[]> = {};
  for (const fault of faults) {
    if (fault.kind === 'packet') continue;
    const what = fault.kind === 'call' ? fault.fault : fault.signal;
    tasks[fault.task] = [...(tasks[fault.task] ?? []), `${what} at ${fault.syscall} #${fault.ordinal}`];
  }
  return tasks;
}

function placesOf({ faults }: Library.RunResult): unknown[] {
  return faults.map((fault) => ('at' in fault ? fault.at : undefined));
}

function recordingFile(): string {
  return path.join(scratch(), 'faults.jsonl');
}

const THREADS_AND_CHILDREN = `
import os, threading
def work():
    fd = os.open('/dev/zero', os.O_RDWR)
    for _ in range(40):
        for call in lambda: os.read(fd, 64), lambda: os.write(fd, b'x' * 64), lambda: os.stat('/'):
            try: call()
            except OSError: pass
threads = [threading.Thread(target=work) for _ in range(3)]
for t in threads: t.start()
children = []
for _ in range(2):
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    children.append(pid)
for t in threads: t.join()
for pid in children: os.waitpid(pid, 0)
`;

describe.skipIf(!hasCompiler)('recorded faults (skipped without a C compiler)', () => {
  const program = hasCompiler ? guest('parity') : '';

  it('are in the file as they were injected, and come again at the same calls', () => {
    const file = recordingFile();
    const rules = ['-e', 'inject=chdir:error=EIO:when=2+2', '-e', 'inject=read:corrupt=2,random:prob=0.5'];
    const first = reported([...rules, '--record', file, '--', program, '2']);
    const lines = linesOf(file);
    expect(lines.map(({ fault, syscall }) => `${syscall}:${fault}`)).toContain('read:corrupt=2bytes,random');
    expect(lines).toHaveLength(first.report.faults.length);
    const again = reported(['replay', file]);
    expect(again.status).toBe(first.status);
    expect(again.stdout).toBe(first.stdout);
    expect(byTask(again.report.faults)).toEqual(byTask(first.report.faults));
    expect(again.report.replay).toEqual({ recorded: lines.length, injected: lines.length, missed: [] });
    expect(again.report.seed).toBe(first.report.seed);
  });

  it('come again from a report, too, with the effects of strace where those were asked for', () => {
    const report = path.join(scratch(), 'report.json');
    const first = renacer(['--report', report, '-e', 'inject=read:error=EINTR:when=3:strace', '--', program]);
    const again = reported(['replay', report, '--', program]);
    expect(again.stdout).toBe(first.stdout);
    expect(again.report.faults).toMatchObject([{ syscall: 'read', ordinal: 3, fault: 'error=EINTR:strace' }]);
  });

  it('are recorded again by a replay: the two files are the same', () => {
    const [one, two] = [recordingFile(), recordingFile()];
    renacer(['-e', 'inject=umask:retval=7:prob=0.4', '--seed=9', '--record', one, '--', program, '1']);
    renacer(['replay', one, '--record', two]);
    expect(linesOf(one).length).toBeGreaterThan(0);
    expect(readFileSync(two, 'utf8')).toBe(readFileSync(one, 'utf8'));
  });

  it('of every kind come again', () => {
    const kinds = [
      ...[
        'chdir:error=EIO',
        'umask:retval=5',
        'read:short=2',
        'write:after=EIO',
        'write:corrupt=1',
        'read:corrupt=3bits,random',
      ],
      ...['dup:signal=USR1', 'chdir:delay_enter=1ms', 'chdir:delay_exit=1ms:error=EIO', 'read:poke_exit=@arg2=41'],
      ...['write:poke_enter=@arg2=41', 'dup:error=EMFILE:syscall=getpid', 'access:retval=0'],
    ];
    const file = recordingFile();
    const rules = kinds.flatMap((kind) => ['-e', `inject=${kind}:prob=0.3:from=entry`]);
    const first = reported([...rules, '--seed=5', '--record', file, '--', program, '2']);
    expect(new Set(first.report.faults.map(({ rule }) => rule)).size).toBe(kinds.length);
    const again = reported(['replay', file]);
    expect(again.stdout).toBe(first.stdout);
    expect(byTask(again.report.faults)).toEqual(byTask(first.report.faults));
  });

  it.each([
    ['--chaos-byzantine=0.2'],
    ['--chaos-bug=zero-read:prob=0.5', '--chaos-bug=directory-order', '--chaos-bug=close-fails'],
  ])('of random mode and of simulated bugs come again: %s', (...options) => {
    const file = recordingFile();
    // Without a pipe: in how many reads its data come depends on who is faster.
    const command = ['sh', '-c', 'ls -f /etc; cksum </etc/passwd; cat /etc/services; cp /etc/passwd /dev/null'];
    const first = reported([...options, '--seed=6', '--record', file, '--', ...command]);
    expect(first.report.faults.length).toBeGreaterThan(0);
    const again = reported(['replay', file]);
    expect(again.report.replay?.missed).toEqual([]);
    expect(byTask(again.report.faults)).toEqual(byTask(first.report.faults));
    expect(again.stdout).toBe(first.stdout);
  });

  it('that killed a process come again', () => {
    const file = recordingFile();
    const first = renacer(['-e', 'inject=dup:kill=before:when=4:task=0.2', '--record', file, '--', program, '2']);
    const again = reported(['replay', file]);
    expect(again.stdout).toBe(first.stdout);
    expect(again.stdout).toContain('child 9');
    expect(again.report.replay?.missed).toEqual([]);
  });

  it('which are not reached are told, with where the run went apart', () => {
    const file = recordingFile();
    renacer(['-e', 'inject=chdir:error=EIO:when=3..4', '--record', file, '--', program, '1']);
    const again = reported(['replay', file, '--', program]);
    expect(again.status).toBe(1);
    const missed = { syscall: 'chdir', fault: 'error=EIO' };
    expect(again.report.replay).toMatchObject({ recorded: 4, injected: 2 });
    expect(again.report.replay?.missed).toMatchObject([
      { ...missed, task: '0.1', ordinal: 3 },
      { ...missed, task: '0.1', ordinal: 4 },
    ]);
    expect(again.stderr).toContain(
      'renacer: replay diverged: error=EIO at chdir #3 of task 0.1 did not come again: there was no such task: ' +
        'task 0 made 0 tasks, and ended with status 3 after the fault at chdir #4\n',
    );
    expect(closingLine(again, 'replay')).toBe('2 of 4 recorded faults came again');
  });

  it('at calls that the task no longer makes are told', () => {
    const file = recordingFile();
    renacer(['-e', 'inject=chdir:error=EIO:when=3', '--record', file, '--', program]);
    const again = renacer(['replay', file, '--', 'true']);
    expect(again.status).toBe(1);
    expect(again.stderr).toContain('did not come again: the task made 0 of chdir, and ended with status 0');
  });

  it('can’t come beside others', () => {
    const file = recordingFile();
    renacer(['-e', 'inject=chdir:error=EIO:when=3', '--record', file, '--', program]);
    const again = renacer(['replay', file, '-e', 'inject=read:error=EIO']);
    expect(again.status).toBe(125);
    expect(again.stderr).toContain('a replay injects the recorded faults alone, not rules');
  });

  it('are there up to the moment when Renacer was killed', () => {
    const file = recordingFile();
    const kill = `kill -9 $PPID; sleep 5`;
    renacer(['-e', 'inject=chdir:error=EIO', '--record', file, '--', 'sh', '-c', `cd /; cd /tmp; sleep 0.2; ${kill}`]);
    expect(linesOf(file)).toHaveLength(2);
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -5));
    expect(reported(['replay', file, '--', 'sh', '-c', 'cd /; cd /tmp']).report.replay?.recorded).toBe(1);
  });

  it('are told by the library as by the command line', async () => {
    const file = recordingFile();
    const chaos = ChaosConfig.new().withRule({ syscall: 'chdir', error: 'EIO', when: '2' }).build();
    const first = await run(program, ['1'], { chaos, record: file });
    const again = await replay(file);
    expect(again.stdout).toBe(first.stdout);
    expect(placesOf(again)).toEqual(placesOf(first));
    expect(again.replay).toEqual({ recorded: 2, injected: 2, missed: [] });
    expect((await replay(file, 'true')).replay?.missed).toHaveLength(2);
    await expect(replay('/no/such/file')).rejects.toMatchObject({ code: 'RECORDING_UNREADABLE' });
    await expect(replay(file, 'true', [], { chaos })).rejects.toMatchObject({ code: 'REPLAY_WITH_FAULTS' });
    const seeded = ChaosConfig.new()
      .withSeed(first.seed + 1)
      .build();
    await expect(replay(file, 'true', [], { chaos: seeded })).rejects.toMatchObject({ code: 'REPLAY_WITH_SEED' });
  });

  it.each([['-p', '1'], ['-D']])('is of a command that it starts itself: not with %s', (...words) => {
    const file = recordingFile();
    expect(renacer(['--record', file, '-e', 'inject=getppid:error=EPERM', '-o', '/dev/null', 'true']).status).toBe(0);
    const { status, stderr } = renacer(['replay', file, ...words]);
    expect({ status, stderr }).toMatchObject({ status: 125, stderr: expect.stringContaining('mutually exclusive') });
  });
});

describe('recorded signals', () => {
  const script = 'trap "echo got" USR1; for i in 1 2 3 4 5 6 7 8 9; do cd /; ls / >/dev/null; done';
  const signals = ['--chaos-signals=SIGUSR1', '--chaos-signal-rate=0.004', '--seed=3'];

  it('come again at the same calls', () => {
    const file = recordingFile();
    const first = reported([...signals, '--record', file, '--', 'sh', '-c', script]);
    expect(linesOf(file).map(({ signal }) => signal)).toContain('SIGUSR1');
    const again = reported(['replay', file]);
    expect(again.stdout).toBe(first.stdout);
    expect(byTask(again.report.faults)).toEqual(byTask(first.report.faults));
  });

  it('at a call that is another one now are told', () => {
    const file = recordingFile();
    renacer([...signals, '--record', file, '--', 'sh', '-c', script]);
    const lines = readFileSync(file, 'utf8').split('\n');
    lines[1] = lines[1]!.replace(/"syscall":"\w+"/, '"syscall":"sendfile"');
    writeFileSync(file, lines.join('\n'));
    const again = reported(['replay', file]);
    expect(again.status).toBe(1);
    expect(again.report.replay?.missed[0]?.reason).toMatch(/^call \d+ of the task is \w+ now$/);
  });
});

describe('--strict', () => {
  it('makes a rule that never fired an error', () => {
    const options = ['-e', 'inject=swapon:error=EIO', '-e', 'inject=chdir:error=EIO:when=1'];
    const command = ['--', 'sh', '-c', 'cd /; exit 0'];
    const lax = renacer([...options, ...command]);
    expect(lax.status).toBe(0);
    expect(closingLine(lax, 'rules')).toContain(
      'swapon:error=EIO: fired 0 of 0 eligible calls (never fired: no such call was made)',
    );
    const strict = renacer(['--strict', ...options, ...command]);
    expect(strict.status).toBe(1);
    expect(strict.stderr).toContain('renacer: --strict: rule never fired: swapon:error=EIO (0 eligible calls)\n');
    expect(strict.stderr).not.toContain('rule never fired: chdir');
    expect(renacer(['--strict', '-e', 'inject=chdir:error=EIO', ...command]).status).toBe(0);
  });
});

describe('the closing block', () => {
  it('prints rules as they are written on the command line, and what strace would take', () => {
    const block = renacer(['--seed=4', '-e', 'inject=chdir:error=EIO:when=2', '--', 'sh', '-c', 'cd /; cd /']);
    expect(closingLine(block, 'again')).toBe("renacer --seed=4 -e inject=chdir:error=EIO:when=2 -- sh -c 'cd /; cd /'");
    expect(closingLine(block, 'in strace')).toBe("strace -f -e inject=chdir:error=EIO:when=2 sh -c 'cd /; cd /'");
  });

  it.each([
    ['chdir:error=EIO:prob=0.5'],
    ['close:error=EIO:when=90'],
    ['chdir:error=EIO:from=entry'],
    ['read:short=1'],
    ['chdir:error=EIO', 'chdir:error=EPERM'],
  ])('prints no strace command for what strace would do otherwise: %s', (...rules) => {
    const words = rules.flatMap((rule) => ['-e', `inject=${rule}`]);
    const block = renacer([...words, '--', 'sh', '-c', 'cd /']);
    expect(closingLine(block, 'in strace')).toBeUndefined();
    expect(closingLine(block, 'again')).toContain(`-e inject=${rules[0]}`);
  });
});

describe.skipIf(!PYTHON)('one seed (skipped without python3)', () => {
  const rules = ['-e', 'inject=read:error=EIO:prob=0.1:from=entry', '-e', 'inject=write:short=0.5:prob=0.2:from=entry'];
  const command = ['--', PYTHON, '-c', THREADS_AND_CHILDREN];
  const tasksOf = (...options: string[]): Record<string, string[]> =>
    byTask(reported([...rules, ...options, ...command]).report.faults);

  it('injects the same into each task, fifty times', async () => {
    const first = tasksOf('--seed=77');
    expect(Object.keys(first).length).toBeGreaterThanOrEqual(5);
    expect(tasksOf('--seed=78')).not.toEqual(first);
    // In one process, where each run has what the one before it had: the engine, the launcher, the groups.
    const [, program, ...args] = command;
    const always = { from: 'entry' } as const;
    const chaos = ChaosConfig.new()
      .withSeed(77)
      .withRule({ syscall: 'read', error: 'EIO', probability: 0.1, ...always })
      .withRule({ syscall: 'write', short: 0.5, probability: 0.2, ...always })
      .build();
    for (let i = 1; i < 50; i++) {
      expect(byTask(toReport(await run(program!, args, { chaos })).faults)).toEqual(first);
    }
  });

  it('injects the same when traced, and beside another rule', () => {
    const first = tasksOf('--seed=77');
    expect(tasksOf('--seed=77', '--trace', '-f', '-o', '/dev/null')).toEqual(first);
    const beside = reported(['-e', 'inject=newfstatat,stat:delay_enter=1:prob=0.5', ...rules, '--seed=77', ...command]);
    expect(byTask(beside.report.faults.filter(({ rule }) => !rule.includes('delay')))).toEqual(first);
    expect(beside.report.rules[0]!.fired).toBeGreaterThan(0);
  });
});
