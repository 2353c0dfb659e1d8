import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { RENACER } from './renacer.ts';

/** A process that runs beside the test, and is killed after it. */
export function started(command: readonly string[]): ChildProcess & { readonly pid: number } {
  const [file, ...args] = command;
  const child = spawn(file!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error(`${file} could not be started`);
  return child as ChildProcess & { readonly pid: number };
}

export interface Tracer {
  readonly child: ChildProcess;
  /** What it has written to stderr. */
  text(): string;
  /** Resolves when that holds a pattern; rejects when the tracer ends before. */
  shows(pattern: RegExp): Promise<void>;
  /** Resolves to the exit status; as shells say it where a signal ended it. */
  ended(signal?: NodeJS.Signals): Promise<number>;
}

/** Renacer, or another program with its options, while it traces. */
export function tracer(args: readonly string[], program: string = RENACER): Tracer {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CHAOS_MODE: '', NO_COLOR: '1' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stderr!.on('data', (data: Buffer) => {
    text += data.toString();
  });
  const closed = new Promise<number>((resolve) => {
    child.on('close', (status, signal) => resolve(status ?? 128 + (SIGNALS[signal!] ?? 0)));
  });
  return {
    child,
    text: () => text,
    async shows(pattern) {
      let isClosed = false;
      void closed.then(() => {
        isClosed = true;
      });
      while (!pattern.test(text)) {
        if (isClosed) throw new Error(`it ended without ${pattern}: ${text}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    ended(signal) {
      if (signal) child.kill(signal);
      return closed;
    },
  };
}

const SIGNALS: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
}

/** A letter for each task of a process, which says how it is (`S`, `R`, `T`, `t`); those that are traced have a `*`. */
export function states(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).map((tid) => {
    const status = readFileSync(`/proc/${pid}/task/${tid}/status`, 'latin1');
    const state = /^State:\s*(\S)/m.exec(status)![1]!;
    return /^TracerPid:\s*0$/m.test(status) ? state : `${state}*`;
  });
}
