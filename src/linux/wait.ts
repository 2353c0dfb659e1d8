import { bind, check, errno } from './libc.ts';
import { NativeMemory } from './memory.ts';

const WNOHANG = 1;
const WUNTRACED = 2;
const WNOTHREAD = 0x20000000;
const WALL = 0x40000000;
const EINTR = 4;
const ECHILD = 10;

const wait4 = bind('wait4', 'int', ['int', 'uintptr_t', 'int', 'uintptr_t']);

/**
 * wait4(2) for the children and tracees of the calling thread alone, so that it lives beside libuv's own children.
 * Each instance belongs to one thread.
 */
export class Waiter {
  readonly #memory = NativeMemory.allocate(4096);

  /** The status word of the last task that a call returned: see wait-status.ts. */
  get status(): number {
    return this.#memory.i32[0]!;
  }

  /** Blocks until a child or tracee changes state; 0 if there is none left. */
  any(): number {
    return this.#wait(-1, WALL | WNOTHREAD);
  }

  /** The next one that has changed state already; 0 if none has. */
  poll(): number {
    return this.#wait(-1, WALL | WNOTHREAD | WNOHANG);
  }

  /** Blocks until this task changes state; 0 if it is no child or tracee of ours. */
  task(tid: number): number {
    return this.#wait(tid, WALL | WNOTHREAD);
  }

  /** The same without waiting: undefined if it has not changed state. */
  pollTask(tid: number): number | undefined {
    return this.#wait(tid, WALL | WNOTHREAD | WNOHANG) || undefined;
  }

  /** The same for a child that is not traced, which a job-control signal may stop. */
  taskOrStop(tid: number): number {
    return this.#wait(tid, WALL | WNOTHREAD | WUNTRACED);
  }

  /** The same without waiting; 0 if nothing has changed. */
  pollTaskOrStop(tid: number): number {
    return this.#wait(tid, WALL | WNOTHREAD | WUNTRACED | WNOHANG);
  }

  /** Gives its memory back. */
  free(): void {
    this.#memory.free();
  }

  #wait(tid: number, options: number): number {
    for (;;) {
      const changed = wait4(tid, this.#memory.address, options, 0);
      if (changed >= 0) return changed;
      const code = errno();
      if (code === ECHILD) return 0;
      if (code !== EINTR) check(changed, 'wait4');
    }
  }
}

/** Whether a child of this process has ended; then it leaves no zombie. */
export function hasEnded(pid: number): boolean {
  return wait4(pid, 0, WALL | WNOHANG, 0) !== 0;
}

/** Waits for a child of this thread that is about to end, so that it leaves no zombie. */
export function reap(pid: number): void {
  wait4(pid, 0, WALL, 0);
}
