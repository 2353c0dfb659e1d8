import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { scratch } from '../support/guests.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { PYTHON } from '../support/programs.ts';
import { RENACER } from '../support/renacer.ts';

/** Two processes of three threads each that take a lock for ever; they stop at breakpoints in the C library. */
const LOCKING = `
import os, signal, sys, threading
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.fork()
lock = threading.Lock()
def work():
    while True:
        with lock: pass
for _ in range(2): threading.Thread(target=work).start()
print('ready', flush=True)
work()
`;

/** Those that were started with this word: their ids and states. */
function processesWith(word: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').includes(word)) return [];
        const state = /^State:\s*(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
        return state === 'Z' ? [] : [`${pid} ${state}`];
      } catch {
        return [];
      }
    });
}

async function soon(isSo: () => boolean): Promise<void> {
  for (let ms = 0; !isSo() && ms < PATIENCE_MS; ms += 20) await pause(20);
}

/** Renacer with a tree that runs under it, one task at a time, and is told by this word. */
async function started(word: string, ...options: readonly string[]): Promise<ChildProcess> {
  const args = [...options, '--', PYTHON, '-c', LOCKING, word];
  const child = spawn(RENACER, args, { cwd: scratch(), stdio: ['ignore', 'pipe', 'ignore'] });
  await soon(() => processesWith(word).length >= 3);
  return child;
}

describe.runIf(PYTHON !== '')('an end at any moment leaves no task of a run in turns', () => {
  it.each([0, 60, 250, 700])('SIGKILL of Renacer %d ms behind the start', async (ms) => {
    const word = `killed-${ms}-${process.pid}`;
    const child = await started(word, '--chaos-schedule=random', '--seed=1');
    await pause(ms);
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
    await soon(() => processesWith(word).length === 0);
    expect(processesWith(word)).toEqual([]);
  });

  it('Ctrl-C', async () => {
    const word = `interrupted-${process.pid}`;
    const child = await started(word, '--chaos-schedule=mix', '--seed=2');
    const ended = once(child, 'close');
    // The first are for the command; when that has ended, and others of its tree are left, two more end the run.
    while (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGINT');
      await pause(50);
    }
    await ended;
    expect(processesWith(word)).toEqual([]);
  });

  it('the timeout, of who does not end at SIGTERM', async () => {
    const word = `timed-out-${process.pid}`;
    const child = await started(word, '--chaos-schedule=pos', '--seed=3', '--chaos-timeout=1s');
    const [status] = await once(child, 'close');
    expect(status).toBe(124);
    expect(processesWith(word)).toEqual([]);
  });

  it.each([
    ['SIGKILL', 0],
    ['SIGKILL', 300],
    ['SIGTERM', 100],
  ] as const)('%s of an exploration, %d ms behind the start of its first run', async (signal, ms) => {
    const word = `explored-${signal}-${ms}-${process.pid}`;
    const child = spawn(RENACER, ['explore', '--expect', 'hung', '--jobs', '1', '--', PYTHON, '-c', LOCKING, word], {
      cwd: scratch(),
      stdio: 'ignore',
    });
    await soon(() => processesWith(word).length >= 3);
    await pause(ms);
    const ended = once(child, 'close');
    child.kill(signal);
    await ended;
    await soon(() => processesWith(word).length === 0);
    expect(processesWith(word)).toEqual([]);
  });
});
