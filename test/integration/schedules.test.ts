import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { reported } from '../support/command-line.ts';
import { guest, has, hasCompiler, scratch } from '../support/guests.ts';
import { PYTHON } from '../support/programs.ts';
import { renacer } from '../support/renacer.ts';

/** A seed under which both of the two tasks saw no file before one of them made it. */
function failingSeed(program: string, cwd: string): number {
  for (let seed = 1; seed <= 100; seed++) {
    const { status } = renacer([`--seed=${seed}`, '--chaos-schedule', '--', program], { cwd });
    if (status !== 0) return seed;
  }
  throw new Error('none of 100 orders has failed');
}

describe.runIf(hasCompiler)('one task at a time, in the order of the seed', () => {
  it('the same seed leads to the same switches and the same end', () => {
    const program = guest('check-then-act');
    const seed = failingSeed(program, scratch());
    const runs = Array.from({ length: 5 }, () =>
      reported([`--seed=${seed}`, '--chaos-schedule', '--', program], { cwd: scratch() }),
    );
    for (const { status, report } of runs) {
      expect(status).toBe(1);
      expect(report.schedule).toMatchObject({ strategy: 'mix', points: 'locks', exact: true, not_exact: [] });
      expect(report.schedule!.switches).toEqual(runs[0]!.report.schedule!.switches);
    }
  });

  it('no switch, no failure; and the recorded switches fail again, from the file and from the report', () => {
    const program = guest('check-then-act');
    const cwd = scratch();
    const seed = failingSeed(program, cwd);
    const plain = reported(['--chaos-schedule=fair', '--', program], { cwd });
    expect(plain.status).toBe(0);
    expect(plain.report.schedule).toMatchObject({ strategy: 'fair', switches: [] });
    const files = [path.join(cwd, 'recording.jsonl'), path.join(cwd, 'report.json')] as const;
    const words = [`--seed=${seed}`, '--chaos-schedule', '--record', files[0], '--report', files[1]];
    const first = renacer([...words, '--', program], { cwd });
    expect(first.status).toBe(1);
    for (const file of files) {
      const again = reported(['replay', file], { cwd });
      expect(again.status).toBe(1);
      expect(again.report.outcome).toBe('failed');
      expect(again.report.replay).toMatchObject({ missed: [] });
      expect(again.report.schedule).toMatchObject({ strategy: 'recorded' });
    }
  });

  it('a recorded switch whose point is not reached is told', () => {
    const program = guest('check-then-act');
    const cwd = scratch();
    const file = path.join(cwd, 'recording.jsonl');
    renacer(['--chaos-schedule=random', '--seed=1', '--record', file, '--', program], { cwd });
    const [header, turn] = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, `${header}\n${turn!.replace(/"point":\d+/, '"point":99999')}\n`);
    const { status, report, stderr } = reported(['replay', file], { cwd });
    expect(status).toBe(1);
    expect(report.outcome).toBe('diverged');
    expect(stderr).toMatch(/replay diverged: the switch to task \S+ at point 99999 of task \S+ did not come again/);
  });

  it('tasks that wait for each other alone are hung at once, and who waits for what is said', () => {
    const { status, report } = reported(['--chaos-schedule=fair', '--', guest('deadlock')]);
    expect(status).toBe(124);
    expect(report.outcome).toBe('hung');
    expect(report.reason?.code).toBe('DEADLOCK');
    expect(report.schedule?.deadlock).toMatchObject([
      { task: '0', program: 'deadlock', waits_for: expect.stringMatching(/^pipe:/) },
      { task: '0.1', program: 'deadlock', waits_for: expect.stringMatching(/^pipe:/) },
    ]);
  });
});

const JOBS = `
set -m
sleep 0.05 & p=$!
kill -STOP $p; kill -CONT $p; wait $p; echo "status $?"
(for i in 1 2 3; do echo $i; done | sort -r) | while read x; do echo "got $x"; done
coproc cat; echo hi >&\${COPROC[1]}; read -u \${COPROC[0]} y; echo $y
`;

const GIT = `
git init -q . && git config user.email a@b.c && git config user.name a
for i in 1 2; do echo $i > f$i && git add . && git commit -qm $i; done
git gc -q && git fsck 2>/dev/null && git log --oneline | wc -l
`;

const THREADS = `
import queue, subprocess, threading
q, done = queue.Queue(), []
def work():
    while (x := q.get()) is not None: done.append(x)
    assert subprocess.run(['echo', 'x'], capture_output=True).stdout == b'x\\n'
threads = [threading.Thread(target=work) for _ in range(3)]
for t in threads: t.start()
for x in [*range(50), None, None, None]: q.put(x)
for t in threads: t.join()
print(sum(done))
`;

describe('real programs do what they do without it', () => {
  it.runIf(has('bash')).each(['fair', 'random'])('job control of bash, %s', (strategy) => {
    const { status, stdout } = renacer([`--chaos-schedule=${strategy}`, '--seed=1', '--', 'bash', '-c', JOBS]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'status 0\ngot 3\ngot 2\ngot 1\nhi\n' });
  });

  it.runIf(has('git')).each(['fair', 'random'])('git, %s', (strategy) => {
    const words = [`--chaos-schedule=${strategy}`, '--seed=1', '--', 'sh', '-c', GIT];
    const { status, stdout } = renacer(words, { cwd: scratch() });
    expect({ status, stdout: stdout.trim() }).toEqual({ status: 0, stdout: '2' });
  });

  it.runIf(PYTHON !== '').each(['fair', 'random'])('threads and children of python, %s', (strategy) => {
    const { status, stdout } = renacer([`--chaos-schedule=${strategy}`, '--seed=1', '--', PYTHON, '-c', THREADS]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '1225\n' });
  });
});

describe('what does not go with --chaos-schedule', () => {
  it.each([
    [['--engine', 'ebpf', '--', 'true'], "it can't say who runs next"],
    [['-b', 'execve', '--', 'true'], "-b can't be used with chaos"],
    [['-p', '1'], 'schedule'],
  ])('%j', (args, words) => {
    const { status, stderr } = renacer(['--chaos-schedule', ...args]);
    expect(status).toBe(125);
    expect(stderr).toContain(words);
  });

  it('points and depth without it', () => {
    const { status, stderr } = renacer(['--chaos-schedule-points', 'calls', '--', 'true']);
    expect(status).toBe(125);
    expect(stderr).toContain('schedule_points (--chaos-schedule-points) does nothing without schedule');
  });
});
