import { readFileSync } from 'node:fs';
import { bind, check, errno, SystemCallError, syscall } from './libc.ts';
import { NativeMemory } from './memory.ts';
import { SYS } from './syscall-numbers.ts';

const EPERM = 1;
const ESRCH = 3;
const SIGCHLD = 17;
const SA_NOCLDSTOP = 1;
const SIGACTION_BYTES = 152;
/** Offset of sa_flags in glibc's struct sigaction. */
const SA_FLAGS = 136;

const kill = bind('kill', 'int', ['int', 'int']);
const sigaction = bind('sigaction', 'int', ['int', 'uintptr_t', 'uintptr_t']);

/** kill(2); false if there is no such process, or it is not ours to signal. */
export function sendSignal(pid: number, signal: number): boolean {
  return delivered(kill(pid, signal), 'kill');
}

/** tgkill(2): to one thread; false if it is gone, or not ours to signal. */
export function sendThreadSignal(tgid: number, tid: number, signal: number): boolean {
  return delivered(syscall(SYS.tgkill, tgid, tid, signal, 0, 0, 0), 'tgkill');
}

/** Whether a task is a thread of this process. */
export function isThreadOf(tgid: number, tid: number): boolean {
  return syscall(SYS.tgkill, tgid, tid, 0, 0, 0, 0) === 0 || errno() !== ESRCH;
}

function delivered(result: number, name: string): boolean {
  if (result === 0) return true;
  if (errno() !== ESRCH && errno() !== EPERM) throw new SystemCallError(name, errno());
  return false;
}

/** What a task does with each signal: sets of signal numbers from /proc/TID/status. */
export interface SignalDispositions {
  ignores(signal: number): boolean;
  catches(signal: number): boolean;
  blocks(signal: number): boolean;
}

/** Undefined if the task is gone. */
export function signalDispositions(tid: number): SignalDispositions | undefined {
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

/**
 * Asks the kernel not to raise SIGCHLD for stops of children. libuv's handler, once a child process was spawned, would
 * run at every ptrace-stop: 4 µs each. Ends of children are still signalled.
 */
export function muteChildStops(): void {
  const memory = NativeMemory.allocate(SIGACTION_BYTES);
  try {
    check(sigaction(SIGCHLD, 0, memory.address), 'sigaction');
    const flags = memory.view.getInt32(SA_FLAGS, true);
    memory.view.setInt32(SA_FLAGS, flags | SA_NOCLDSTOP, true);
    check(sigaction(SIGCHLD, memory.address, 0), 'sigaction');
  } finally {
    memory.free();
  }
}
