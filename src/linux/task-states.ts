import { closeSync, openSync } from 'node:fs';
import { bind } from './libc.ts';
import { NativeMemory } from './memory.ts';
import { readProcFile } from './process-stat.ts';

const pread = bind('pread', 'long', ['int', 'uintptr_t', 'size_t', 'long']);

/** A line begins with an id, and a name of at most 15 bytes in parentheses: the state is before this. */
const HEAD_BYTES = 48;
const PARENTHESIS = 41;
/** Files that are kept open. */
const MAX_OPEN = 256;

/** A state as proc_pid_stat(5) has it, as a character code. */
export const STATE = {
  running: 82,
  sleeping: 83,
  disk: 68,
  traced: 116,
  stopped: 84,
  zombie: 90,
  dead: 88,
  gone: 0,
} as const;

/** Gives its CPU to somebody else who could run there, if there is anybody. */
export const yieldCpu: () => number = bind('sched_yield', 'int', []);

const usleep = bind('usleep', 'int', ['uint']);

/** Sleeps: the tracer may, where nobody runs that it would hold up. */
export function pause(ms: number): void {
  usleep(ms * 1000);
}

/** What tasks are doing, from files that stay open: a look takes 2 µs. Of one thread. */
export class TaskStates {
  readonly #memory = NativeMemory.allocate(4096);
  readonly #fds = new Map<number, number>();

  /** One of {@link STATE}. */
  of(tgid: number, tid: number): number {
    let fd = this.#fds.get(tid);
    if (fd === undefined) {
      fd = open(tgid, tid);
      if (fd < 0) return STATE.gone;
      if (this.#fds.size >= MAX_OPEN) {
        const state = this.#read(fd);
        closeSync(fd);
        return state;
      }
      this.#fds.set(tid, fd);
    }
    return this.#read(fd);
  }

  /** A task has ended, or its id is somebody else's now. */
  forget(tid: number): void {
    const fd = this.#fds.get(tid);
    if (fd === undefined) return;
    closeSync(fd);
    this.#fds.delete(tid);
  }

  close(): void {
    for (const tid of [...this.#fds.keys()]) this.forget(tid);
    this.#memory.free();
  }

  #read(fd: number): number {
    const count = pread(fd, this.#memory.address, HEAD_BYTES, 0);
    if (count <= 0) return STATE.gone;
    const { u8 } = this.#memory;
    for (let at = count - 3; at > 0; at--) if (u8[at] === PARENTHESIS) return u8[at + 2]!;
    return STATE.gone;
  }
}

function open(tgid: number, tid: number): number {
  try {
    return openSync(`/proc/${tgid}/task/${tid}/stat`, 'r');
  } catch {
    return -1;
  }
}

/** How long a task has run on a CPU, in milliseconds; undefined if it is gone, or the kernel does not count that. */
export function cpuTimeMs(tgid: number, tid: number): number | undefined {
  const line = readProcFile(`/proc/${tgid}/task/${tid}/schedstat`);
  return line === undefined ? undefined : Number.parseInt(line, 10) / 1e6;
}
