import { readFileSync } from 'node:fs';
import { bind, errno, SystemCallError, syscall } from './libc.ts';
import { SYS } from './syscall-numbers.ts';

const ESRCH = 3;
const kill = bind('kill', 'int', ['int', 'int']);

/** kill(2); false if there is no such process. */
export function sendSignal(pid: number, signal: number): boolean {
  return delivered(kill(pid, signal), 'kill');
}

/** tgkill(2): to one thread; false if it is gone. */
export function sendThreadSignal(tgid: number, tid: number, signal: number): boolean {
  return delivered(syscall(SYS.tgkill, tgid, tid, signal, 0, 0, 0), 'tgkill');
}

function delivered(result: number, name: string): boolean {
  if (result === 0) return true;
  if (errno() !== ESRCH) throw new SystemCallError(name, errno());
  return false;
}

/** What a task does with each signal: sets of signal numbers from /proc/TID/status. */
export interface SignalDispositions {
  ignores(signal: number): boolean;
  catches(signal: number): boolean;
  blocks(signal: number): boolean;
}

/** Undefined if the task is gone. */
export function signalDispositions(tid: number | 'thread-self'): SignalDispositions | undefined {
  let status: string;
  try {
    status = readFileSync(`/proc/${tid}/status`, 'latin1');
  } catch {
    return undefined;
  }
  const has = (field: string) => {
    const mask = BigInt(`0x${new RegExp(`^${field}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0'}`);
    return (signal: number) => ((mask >> BigInt(signal - 1)) & 1n) === 1n;
  };
  return { ignores: has('SigIgn'), catches: has('SigCgt'), blocks: has('SigBlk') };
}
