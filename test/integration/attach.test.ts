import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import type * as Library from '../../src/index.ts';
import type { toReport } from '../../src/report/to-report.ts';
import { childrenOf, started, states, tracer } from '../support/attached.ts';
import { guest, has, hasCompiler, isRoot, ROOT } from '../support/guests.ts';
import { built, isRunning, until } from '../support/limits.ts';
import { PYTHON } from '../support/programs.ts';
import { emptyDirectory, RENACER, renacer } from '../support/renacer.ts';

const BUSY = path.join(ROOT, 'test/guests/busy.py');

/** Three threads that sleep: its main one a little at a time. */
const SLEEPERS = `
import threading, time
for i in range(2): threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
print("ready", flush=True)
while True: time.sleep(0.2)`;

async function sleepers(): Promise<number> {
  const child = started([PYTHON, '-c', SLEEPERS]);
  await once(child.stdout!, 'data');
  return child.pid;
}

/** A shell that is nobody's child here. */
function orphan(script: string): number {
  const pid = Number(execFileSync('sh', ['-c', `(${script}) > /dev/null 2>&1 & echo $!`]));
  onTestFinished(() => {
    if (isRunning(pid)) process.kill(pid);
  });
  return pid;
}

/** Tasks come to rest some time after they were seized or let go. */
async function expectStates(pid: number, expected: readonly string[]): Promise<void> {
  await expect.poll(() => states(pid)).toEqual(expected);
}

describe.skipIf(PYTHON === '')('-p (needs python3)', () => {
  it.each<[NodeJS.Signals, number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('%s lets go of the process, which goes on', async (signal, status) => {
    const pid = await sleepers();
    const tracing = tracer(['-e', 'trace=clock_nanosleep', '-p', String(pid)]);
    await tracing.shows(/clock_nanosleep\(.*= 0\n.*clock_nanosleep\([^\n]*\d\}$/s);
    expect(states(pid).filter((state) => state.endsWith('*'))).toHaveLength(1);
    expect(await tracing.ended(signal)).toBe(status);
    expect(tracing.text()).toMatch(
      /^renacer: Process \d+ attached\n(clock_nanosleep\(CLOCK_MONOTONIC, TIMER_ABSTIME, .*, NULL\) += 0\n)+/,
    );
    expect(tracing.text()).toMatch(
      /clock_nanosleep\([^=]*=\d+, tv_nsec=\d+\}renacer: Process \d+ detached\n <detached ...>\n$/,
    );
    await expectStates(pid, ['S', 'S', 'S']);
  });

  it.skipIf(!has('strace'))('says what strace says', async () => {
    const pid = await sleepers();
    const texts: string[] = [];
    for (const program of [RENACER, 'strace']) {
      const tracing = tracer(['-f', '-e', 'trace=none', '-p', String(pid)], program);
      await tracing.shows(/attached/);
      await tracing.ended('SIGINT');
      texts.push(
        tracing
          .text()
          .replace(/^(renacer|strace): /gm, 'TRACER: ')
          .split('\n')
          .sort()
          .join('\n'),
      );
    }
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).toContain(`Process ${pid} attached with 3 threads`);
  });

  it('with -f: all threads, and children from now on; into a file, its messages still go to stderr', async () => {
    const script = `
import subprocess, threading, time
threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
print("ready", flush=True)
input()
print(subprocess.run(["/bin/echo", "hello"], stdout=subprocess.PIPE).stdout.decode(), end="", flush=True)`;
    const child = started([PYTHON, '-c', script]);
    await once(child.stdout!, 'data');
    const file = path.join(emptyDirectory(), 'trace');
    const tracing = tracer(['-f', '-o', file, '-p', String(child.pid)]);
    await tracing.shows(/attached with 2 threads/);
    await expectStates(child.pid, ['S*', 'S*']);
    child.stdin!.write('\n');
    const [said] = (await once(child.stdout!, 'data')) as [Buffer];
    expect(await tracing.ended()).toBe(0);
    expect(said.toString()).toBe('hello\n');
    const trace = readFileSync(file, 'utf8');
    expect(trace).toMatch(new RegExp(`^${child.pid} +<?.*read`, 'm'));
    expect(trace).toMatch(/^(\d+) +write\(1, "hello\\n", 6\) += 6\n/m);
    expect(trace).not.toContain('attached');
    expect(tracing.text()).toMatch(/^renacer: Process \d+ attached with 2 threads\nrenacer: Process \d+ attached\n$/);
  });

  it('several, until the last has ended', async () => {
    const readers = [0, 1, 2].map(() => started(['cat']));
    const pids = readers.map(({ pid }) => pid);
    const tracing = tracer(['-e', 'trace=exit_group', '-p', `${pids[0]},${pids[1]}`, '-p', `\n${pids[2]} `]);
    await tracing.shows(/(attached[\s\S]*){3}/);
    readers[0]!.stdin!.end();
    await tracing.shows(/exited/);
    for (const { stdin } of readers) stdin!.end();
    expect(await tracing.ended()).toBe(0);
    expect(tracing.text().match(/attached/g)).toHaveLength(3);
    expect(tracing.text().match(/exited with 0/g)).toHaveLength(3);
    expect(tracing.text()).toMatch(new RegExp(`\\[pid +${pids[0]}\\] \\+\\+\\+ exited with 0`));
  });

  it('beside a command; Ctrl-C lets go of the process, and goes to the command too', async () => {
    const pid = await sleepers();
    const command = ['sh', '-c', 'trap "echo asked; exit 3" INT; echo ready >&2; while :; do sleep 0.05; done'];
    const tracing = tracer(['-e', 'trace=none', '-p', String(pid), ...command]);
    await tracing.shows(/attached.*ready/s);
    expect(await tracing.ended('SIGINT')).toBe(3);
    expect(tracing.text()).toContain(`Process ${pid} detached`);
    await expectStates(pid, ['S', 'S', 'S']);
  });

  it('a stopped process stays stopped', async () => {
    const { pid } = started(['sleep', '1000']);
    process.kill(pid, 'SIGSTOP');
    await until(() => states(pid)[0] === 'T');
    const tracing = tracer(['-p', String(pid)]);
    await tracing.shows(/--- stopped by SIGSTOP ---/);
    await tracing.ended('SIGINT');
    await expectStates(pid, ['T']);
  });

  it('a call that was interrupted goes on: a sleep for its whole time, a read with its data', async () => {
    const script = `
import select, sys, time
print("ready", flush=True)
shortest = 1000
while not select.select([sys.stdin], [], [], 0)[0]:
    start = time.monotonic(); time.sleep(1.5); shortest = min(shortest, time.monotonic() - start)
sys.stdin.readline()
sys.stdout.write(f"{shortest >= 1.5} {sys.stdin.readline()}")`;
    const child = started([PYTHON, '-c', script]);
    await once(child.stdout!, 'data');
    const first = tracer(['-qq', '-p', String(child.pid)]);
    await first.shows(/clock_nanosleep\(|restart_syscall\(<\.\.\. resuming/);
    await first.ended('SIGINT');
    child.stdin!.write('enough\n');
    const second = tracer(['-qq', '-e', 'trace=read', '-p', String(child.pid)]);
    await second.shows(/read\(0$/);
    await second.ended('SIGINT');
    child.stdin!.write('data\n');
    const [said] = (await once(child.stdout!, 'data')) as [Buffer];
    expect(said.toString()).toBe('True data\n');
  });

  it('without -f, a process whose other thread executes a program is lost from sight, and that is noticed', async () => {
    const script = `
import os, sys, threading
def replace():
    input()
    os.execv("/bin/sleep", ["sleep", "1000"])
threading.Thread(target=replace).start()
print("ready", flush=True)
threading.Event().wait()`;
    const child = started([PYTHON, '-c', script]);
    await once(child.stdout!, 'data');
    const tracing = tracer(['-p', String(child.pid)]);
    await tracing.shows(/attached/);
    child.stdin!.write('\n');
    expect(await tracing.ended()).toBe(0);
    expect(tracing.text()).toContain(`Process ${child.pid} detached`);
  });

  it('SIGKILL of Renacer leaves the process as it was', async () => {
    const pid = await sleepers();
    const tracing = tracer(['-f', '-p', String(pid)]);
    await tracing.shows(/clock_nanosleep/);
    await tracing.ended('SIGKILL');
    await until(() => states(pid).join('') === 'SSS');
  });

  it('a storm of attaching and letting go, and of SIGKILL, does no harm to a busy process', async () => {
    const child = started([PYTHON, BUSY, '7']);
    const exit = once(child, 'exit');
    for (let round = 0; child.exitCode === null && round < 100; round++) {
      const tracing = tracer(['-f', '-o', '/dev/null', '-p', String(child.pid)]);
      await tracing.shows(/attached/).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, (round * 37) % 150));
      if (child.exitCode !== null) break;
      await tracing.ended(round % 3 === 2 ? 'SIGKILL' : 'SIGINT');
    }
    expect(await exit).toEqual([0, null]);
  });

  it('--kill-on-exit ends the process', async () => {
    const child = started(['sleep', '1000']);
    const tracing = tracer(['--kill-on-exit', '-p', String(child.pid)]);
    await tracing.shows(/attached/);
    await tracing.ended('SIGINT');
    await until(() => child.signalCode === 'SIGKILL');
  });

  it('faults are injected, and reported with the outcome detached', async () => {
    const pid = await sleepers();
    const report = path.join(emptyDirectory(), 'report.json');
    const rule = 'inject=clock_nanosleep:error=EINTR:when=2';
    const tracing = tracer(['-e', rule, '-e', 'trace=clock_nanosleep', '--report', report, '-p', String(pid)]);
    await tracing.shows(/EINTR \(Interrupted system call\) \(INJECTED\)/);
    expect(await tracing.ended('SIGINT')).toBe(130);
    expect(tracing.text()).toMatch(/outcome +detached: the process was detached, and runs on/);
    expect(tracing.text()).toMatch(new RegExp(`again +renacer --seed=\\d+ -e ${rule} -p ${pid}\\n`));
    const { outcome, rules } = JSON.parse(readFileSync(report, 'utf8')) as ReturnType<typeof toReport>;
    expect(outcome).toBe('detached');
    expect(rules[0]!.fired).toBeGreaterThan(0);
  });

  it('let go of in a call that a fault changed, it makes the call as it was', async () => {
    const script = `
import os
print("ready", flush=True)
first = len(os.read(0, 100))
os.write(1, b"written ")
print(first, flush=True)`;
    const child = started([PYTHON, '-c', script]);
    await once(child.stdout!, 'data');
    const rules = ['-e', 'trace=read', '-e', 'inject=read:short=0.5', '-e', 'inject=write:delay_enter=600s'];
    const first = tracer([...rules, '-p', String(child.pid)]);
    await first.shows(/read\(0/);
    await first.ended('SIGINT');
    expect(first.text()).toMatch(/short=0.5 at read #1/);
    const text = (async () => {
      let all = '';
      for await (const data of child.stdout!) all += String(data);
      return all;
    })();
    child.stdin!.write('x'.repeat(100));
    expect(await text).toBe('written 100\n');
  });

  it('a rule holds until execve, if -b says so: what is executed runs untraced', async () => {
    const script = `
import os, sys
print("ready", flush=True)
sys.stdin.readline()
if os.fork() == 0:
    try: os.getsid(0)
    except OSError as error: print(error.strerror, flush=True)
    os.execlp("grep", "grep", "TracerPid", "/proc/self/status")
os.wait()
try: os.getsid(0)
except OSError as error: print("again", error.strerror, flush=True)`;
    const child = started([PYTHON, '-c', script]);
    await once(child.stdout!, 'data');
    const rule = ['-e', 'inject=getsid:error=ENXIO:delay_enter=1ms'];
    const tracing = tracer(['-f', '--detach-on=execve', ...rule, '-e', 'trace=execve', '-p', String(child.pid)]);
    await tracing.shows(/attached/);
    child.stdin!.write('go on\n');
    let text = '';
    for await (const data of child.stdout!) text += String(data);
    expect(text).toBe('No such device or address\nTracerPid:\t0\nagain No such device or address\n');
    expect(await tracing.ended()).toBe(0);
    expect(tracing.text()).toMatch(/detached/);
  });

  it('ends when nobody reads the trace any more', async () => {
    const pid = await sleepers();
    const tracing = tracer(['-p', String(pid)]);
    await tracing.shows(/attached/);
    tracing.child.stderr!.destroy();
    expect(await tracing.ended()).toBe(141);
    await expectStates(pid, ['S', 'S', 'S']);
  });

  it('the library: attach()', async () => {
    const { attach } = await built<typeof Library>('index.js');
    const leave = new AbortController();
    const events: string[] = [];
    const pid = orphan('while sleep 0.02; do :; done');
    const result = await attach([pid], {
      trace: true,
      signal: leave.signal,
      onEvent(event) {
        events.push(event.type);
        if (event.type === 'syscall') leave.abort();
      },
    });
    expect([result.outcome, result.exitCode, events[0], events.at(-1)]).toEqual([
      'detached',
      undefined,
      'attach',
      'detach',
    ]);
    const file = path.join(emptyDirectory(), 'attached');
    const ended = await attach([orphan(`until [ -e ${file} ]; do sleep 0.05; done; exit 4`)], {
      onEvent({ type }) {
        if (type === 'attach') writeFileSync(file, '');
      },
    });
    expect([ended.outcome, ended.exitCode]).toEqual(['failed', 4]);
    // Node.js would take its stops for its end.
    const child = started(['sleep', '1000']);
    await expect(attach([child.pid])).rejects.toMatchObject({
      code: 'ATTACH_REFUSED',
      message: expect.stringContaining('it is a child of this very process'),
    });
  });
});

describe.skipIf(!hasCompiler)('-p of a process that can not be stopped (needs cc)', () => {
  it('lets go of it at once', async () => {
    const child = started([guest('vfork-sleep')]);
    await until(() => states(child.pid)[0] === 'D');
    const tracing = tracer(['-f', '-p', String(child.pid)]);
    await tracing.shows(/attached/);
    await tracing.ended('SIGINT');
    // Its child still waits.
    await expectStates(child.pid, ['D']);
    child.stdin!.end();
    expect(await once(child, 'exit')).toEqual([7, null]);
  });
});

describe('what can not be attached to', () => {
  const refusal = (pid: number | string, ...args: string[]): [number | null, string] => {
    const { status, stderr } = renacer([...args, '-p', String(pid)]);
    return [status, stderr.split('\n')[0]!.replaceAll(/\b\d{2,}\b/g, 'N')];
  };

  it('no such process; no id', () => {
    expect(refusal(4_194_305)).toEqual([125, "renacer: can't attach to process N: there is no such process"]);
    expect(refusal('1x')).toEqual([125, 'renacer: -p: "1x" is not allowed; allowed: ids of processes']);
    expect(refusal('')).toEqual([125, 'renacer: no command was given']);
  });

  it('Renacer itself', () => {
    const { stderr } = spawnSync('sh', ['-c', `exec ${RENACER} -p $$`], { encoding: 'utf8' });
    expect(stderr).toMatch(/can't attach to process \d+: that is Renacer itself/);
  });

  it('one that is traced already; a zombie', async () => {
    const { pid } = started(['sleep', '1000']);
    const tracing = tracer(['-p', String(pid)]);
    await tracing.shows(/attached/);
    expect(refusal(pid)[1]).toMatch(/it is traced already, by \S+ \(N\)$/);
    const zombie = started(['sh', '-c', 'sleep 0.2 & echo $!; exec sleep 1000']);
    const [text] = (await once(zombie.stdout!, 'data')) as [Buffer];
    await until(() => states(Number(text))[0] === 'Z');
    expect(refusal(Number(text))[1]).toMatch(/\(a zombie\)$/);
  });

  it('those that can be are traced all the same', async () => {
    const reader = started(['cat']);
    const tracing = tracer(['-p', `4194305,${reader.pid}`]);
    await tracing.shows(/attached/);
    reader.stdin!.end();
    expect(await tracing.ended()).toBe(0);
    expect(tracing.text()).toMatch(/there is no such process\nrenacer: Process \d+ attached\n/);
  });

  it('limits, checks and another engine are refused before anything', () => {
    const { pid } = started(['sleep', '1000']);
    expect(refusal(pid, '--chaos-memory-limit', '10M')[1]).toMatch(/can't be given memory$/);
    expect(refusal(pid, '--verify', 'true')[1]).toMatch(/--verify needs a command/);
    expect(refusal(pid, '--engine', 'ebpf')[1]).toMatch(/--engine ebpf: it can't attach/);
    expect(states(pid)).toEqual(['S']);
  });
});

describe('other habits of strace', () => {
  it('messages begin with the name that Renacer was called by', () => {
    const link = path.join(emptyDirectory(), 'strace');
    symlinkSync(RENACER, link);
    const { stderr } = spawnSync(link, ['-f', '--engine', 'ptrace', '-e', 'trace=none', 'sh', '-c', 'true & wait'], {
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/^strace: Process \d+ attached$/m);
    expect(spawnSync(link, ['--nope'], { encoding: 'utf8' }).stderr).toMatch(/^strace: unknown option/);
  });

  it('-b execve lets tasks go, and the status is still that of the command', () => {
    const script = 'sh -c "exec sleep 1" > /dev/null 2>&1 & exec sh -c "exit 7"';
    const { status, stderr } = renacer(['-f', '-b', 'execve', '-e', 'trace=execve,exit_group', 'sh', '-c', script]);
    expect(status).toBe(7);
    expect(stderr.match(/execve\("\/\S*\/sh", .*detached\n <detached ...>/g)?.length).toBe(2);
    expect(stderr).not.toContain('exit_group');
    expect(renacer(['-b', 'execve', '--chaos', 'gentle', 'true']).status).toBe(125);
  });

  it.skipIf(!isRoot)('-u runs the command as another user, setuid programs included (root)', () => {
    const script = 'id -u; id -G; grep -E "^(CapEff|NoNewPrivs)" /proc/self/status';
    const direct = spawnSync('setpriv', ['--reuid=games', '--regid=games', '--init-groups', 'sh', '-c', script], {
      encoding: 'utf8',
    });
    expect(direct.status).toBe(0);
    for (const how of [
      ['-f', '--engine', 'ptrace'],
      ['--engine', 'ptrace'],
      ['--chaos', 'gentle'],
    ]) {
      const { stdout } = renacer([...how, '-o', '/dev/null', '-u', 'games', '--', 'sh', '-c', script]);
      expect(stdout).toBe(direct.stdout);
    }
    expect(renacer(['-u', 'nosuch', 'true']).stderr).toMatch(/there is no user "nosuch" here/);
  });

  it.each([
    ['-D', 'same group, same session'],
    ['-DD', 'own group, same session'],
    ['-DDD', 'own group, own session'],
  ])('%s: the command is a child of the caller, and its tracer of nobody', async (option, where) => {
    const file = path.join(emptyDirectory(), 'trace');
    const script = 'read line; echo $PPID $line; kill -9 $$';
    const shell = started(['sh', '-c', `echo $$; ${RENACER} ${option} -f -o ${file} sh -c '${script}'; echo $?`]);
    const lines = shell.stdout!.pipe(new PassThrough({ encoding: 'utf8' }));
    const [pid] = (await once(lines, 'data')) as [string];
    await until(() => existsSync(file) && readFileSync(file, 'utf8').includes('read(0'));
    const command = childrenOf(Number(pid))[0]!;
    const tracing = Number(/^TracerPid:\s*(\d+)/m.exec(readFileSync(`/proc/${command}/status`, 'utf8'))![1]);
    const ids = (of: number): string[] => readFileSync(`/proc/${of}/stat`, 'latin1').split(' ').slice(3, 6);
    const [parent, group, session] = ids(tracing);
    const same = (one: string | undefined, other: string | undefined): string => (one === other ? 'same' : 'own');
    expect(childrenOf(Number(command))).toEqual([]);
    expect(parent).not.toBe(String(command));
    expect(`${same(group, ids(command)[1])} group, ${same(session, ids(command)[2])} session`).toBe(where);
    shell.stdin!.write('hello\n');
    let said = '';
    for await (const text of lines) said += text;
    expect(said).toBe(`${pid.trim()} hello\n137\n`);
    await until(() => readFileSync(file, 'utf8').includes('+++ killed by SIGKILL +++'));
    expect(readFileSync(file, 'utf8')).toMatch(/^\d+ +execve\("\S+\/sh"/);
  });

  it('-D: what can not be run, or traced so, is said in time', () => {
    expect(renacer(['-D', 'nosuch']).status).toBe(127);
    expect(renacer(['-D', '--chaos', 'gentle', 'true']).status).toBe(125);
    expect(renacer(['-D', '-p', '1']).stderr).toContain('-D needs a command');
  });

  it('Ctrl-C twice ends what a command has left, once that itself has ended', async () => {
    const tracing = tracer(['-f', '-e', 'trace=none', 'sh', '-c', 'setsid sleep 1000 & echo ready >&2']);
    await tracing.shows(/ready.*exited/s);
    tracing.child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(tracing.child.exitCode).toBeNull();
    expect(await tracing.ended('SIGINT')).toBe(130);
  });

  it('-I never: signals to Renacer do nothing', async () => {
    const tracing = tracer(['-I', 'never', '-e', 'trace=none', 'sh', '-c', 'echo ready >&2; sleep 1; exit 5']);
    await tracing.shows(/ready/);
    tracing.child.kill('SIGTERM');
    expect(await tracing.ended('SIGINT')).toBe(5);
  });
});
