import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { started } from '../support/attached.ts';
import { isRunning, until } from '../support/limits.ts';
import { PYTHON } from '../support/programs.ts';
import { RENACER } from '../support/renacer.ts';

/** A command whose first call of getsid is held: a minute before it, or after. It says when it is about to make it. */
async function held(program: readonly string[], rule: string, ...options: string[]) {
  const child = started([RENACER, ...options, '-q', '-o', '/dev/null', '-e', `inject=${rule}`, '--', ...program]);
  let text = '';
  child.stdout!.on('data', (data: Buffer) => {
    text += data.toString();
  });
  await until(() => text.includes('\n'));
  // It says so before the call.
  await pause(200);
  const pid = Number.parseInt(text, 10);
  const ended = once(child, 'close').then(([status, signal]) => ({ status, signal, text }));
  return { child, pid, ended };
}

/** It writes its id, and then asks for its session. */
const python = (script: string): string[] => [
  PYTHON,
  '-c',
  `import os, signal, threading, time\ngetsid = lambda: os.getsid(0)\n${script}\nos.write(1, b'%d\\n' % os.getpid())\ngetsid()\nos.write(1, b'went on\\n')`,
];
const EXITS =
  'def handler(number, frame):\n  os.write(1, b"handled\\n"); os._exit(3)\nsignal.signal(signal.SIGUSR1, handler)';

describe.skipIf(PYTHON === '')('a task that is held in a delay (needs python3)', () => {
  it.each(['getsid:delay_enter=600s', 'getsid:delay_exit=600s'])('%s: SIGTERM ends it', async (rule) => {
    const { pid, ended } = await held(python(''), rule);
    process.kill(pid, 'SIGTERM');
    expect(await ended).toMatchObject({ status: 143 });
  });

  it('runs its handler', async () => {
    const { pid, ended } = await held(python(EXITS), 'getsid:delay_exit=600s');
    process.kill(pid, 'SIGUSR1');
    expect(await ended).toMatchObject({ status: 3, text: `${pid}\nhandled\n` });
  });

  it('ends by SIGKILL', async () => {
    const { pid, ended } = await held(python(''), 'getsid:delay_enter=600s');
    process.kill(pid, 'SIGKILL');
    expect(await ended).toMatchObject({ status: 137 });
  });

  it('is stopped by job control, and goes on', async () => {
    const { pid, ended } = await held(python(''), 'getsid:delay_enter=600s');
    process.kill(pid, 'SIGSTOP');
    // By job control, not by its tracer: then it takes notice of SIGCONT.
    await pause(500);
    process.kill(pid, 'SIGCONT');
    expect(await ended).toMatchObject({ status: 0 });
  });

  it('stays held where a signal is blocked or ignored, or its handling is to ignore it', async () => {
    const script =
      'signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)';
    const { pid, ended } = await held(python(script), 'getsid:delay_enter=600s');
    for (const signal of ['SIGUSR2', 'SIGHUP', 'SIGCHLD', 'SIGWINCH'] as const) process.kill(pid, signal);
    await pause(500);
    expect(isRunning(pid)).toBe(true);
    process.kill(pid, 'SIGTERM');
    expect(await ended).toMatchObject({ status: 143, text: `${pid}\n` });
  });

  it('stays held though a rule sends it a signal: that one is part of the fault', async () => {
    const { pid, ended } = await held(python(EXITS), 'getsid:signal=USR1:delay_enter=600s');
    await pause(500);
    expect(isRunning(pid)).toBe(true);
    process.kill(pid, 'SIGTERM');
    // Both wait for it now.
    expect([3, 143]).toContain((await ended).status);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('%s to Renacer ends it', async (signal) => {
    const { child, pid, ended } = await held(python(''), 'getsid:delay_exit=600s');
    child.kill(signal);
    await ended;
    expect(isRunning(pid)).toBe(false);
  });

  it('has its thread ended by another one', async () => {
    const script = 'threading.Timer(1, lambda: os._exit(4)).start()\ngetsid = lambda: time.sleep(0.001)';
    const { ended } = await held(python(script), 'clock_nanosleep:delay_enter=600s');
    expect(await ended).toMatchObject({ status: 4 });
  });
});
