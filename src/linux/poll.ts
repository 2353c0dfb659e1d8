import { bind, check } from './libc.ts';
import { NativeMemory } from './memory.ts';

const POLLIN = 1;
const POLLFD_BYTES = 8;
const EFD_CLOEXEC = 0x80000;
const EFD_NONBLOCK = 0x800;
const PR_SET_TIMERSLACK = 29;

const ppoll = bind('ppoll', 'int', ['uintptr_t', 'ulong', 'uintptr_t', 'uintptr_t']);
const eventfd = bind('eventfd', 'int', ['uint', 'int']);
const eventfdWrite = bind('eventfd_write', 'int', ['int', 'ulong']);
const eventfdRead = bind('eventfd_read', 'int', ['int', 'uintptr_t']);
const prctl = bind('prctl', 'int', ['int', 'ulong', 'ulong', 'ulong', 'ulong']);
const setpriority = bind('setpriority', 'int', ['int', 'uint', 'int']);
const close = bind('close', 'int', ['int']);

/** Waits for descriptors, for a wake-up from another thread, or for a time, whichever comes first (ppoll(2)). */
export class Waiter {
  /** What another thread of this process hands to `wake`. */
  readonly wakeFd: number;
  readonly #count: number;
  readonly #timeAt: number;
  readonly #memory = NativeMemory.allocate(4096);

  constructor(fds: readonly number[]) {
    this.wakeFd = makeWakeFd();
    this.#count = fds.length + 1;
    this.#timeAt = this.#count * POLLFD_BYTES;
    // struct pollfd: descriptor, events that are asked for, events that have come.
    for (const [index, fd] of [this.wakeFd, ...fds].entries()) {
      this.#memory.view.setInt32(index * POLLFD_BYTES, fd, true);
      this.#memory.view.setInt16(index * POLLFD_BYTES + 4, POLLIN, true);
    }
  }

  /** Waits at most `timeoutMs`, which may be a fraction. */
  wait(timeoutMs: number): void {
    const { view, address } = this.#memory;
    const nanoseconds = Math.ceil(timeoutMs * 1e6);
    view.setBigInt64(this.#timeAt, BigInt(Math.floor(nanoseconds / 1e9)), true);
    view.setBigInt64(this.#timeAt + 8, BigInt(nanoseconds % 1e9), true);
    // An interrupted wait is a short one: the caller looks at the clock anyway.
    ppoll(address, this.#count, address + this.#timeAt, 0);
    if (view.getInt16(6, true) !== 0) eventfdRead(this.wakeFd, address + this.#timeAt + 16);
  }

  close(): void {
    close(this.wakeFd);
    this.#memory.free();
  }
}

/** A descriptor that can be read once another thread has called {@link wake} (eventfd(2)). */
export function makeWakeFd(): number {
  return check(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), 'eventfd');
}

/** Ends the wait of the Waiter in another thread that has this descriptor. */
export function wake(wakeFd: number): void {
  eventfdWrite(wakeFd, 1);
}

/**
 * Makes the calling thread keep its appointments: timers to the nanosecond instead of 50 µs, and ahead of other
 * threads where the kernel permits that.
 */
export function bePunctual(): void {
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  setpriority(0, 0, -15);
}
