import { bind, check, errno, syscall } from './libc.ts';
import { NativeMemory } from './memory.ts';

export const EPOLLIN = 0x001;
export const EPOLLOUT = 0x004;

const EPOLL_CLOEXEC = 0x80000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
/** struct epoll_event is packed on x86-64: events at 0, data at 4. */
const EVENT_BYTES = 12;
const MAX_EVENTS = 256;
const ENOSYS = 38;
/** No wrapper before glibc 2.35. */
const SYS_EPOLL_PWAIT2 = 441;

const epollCreate = bind('epoll_create1', 'int', ['int']);
const epollControl = bind('epoll_ctl', 'int', ['int', 'int', 'int', 'uintptr_t']);
const epollWait = bind('epoll_wait', 'int', ['int', 'uintptr_t', 'int', 'int']);
const close = bind('close', 'int', ['int']);

/** Waits for many descriptors (epoll(7)), level-triggered. */
export class Epoll {
  /** Can be read itself when one of them is ready. */
  readonly fd: number = check(epollCreate(EPOLL_CLOEXEC), 'epoll_create1');
  readonly #memory = NativeMemory.allocate(4096);
  /** What each watched descriptor is watched for. */
  readonly #interests = new Map<number, number>();
  #precise = true;

  /** Watches a descriptor for these events; for 0 no longer, and then neither for errors. */
  watch(fd: number, events: number): void {
    const before = this.#interests.get(fd) ?? 0;
    if (events === before) return;
    const { u32, address } = this.#memory;
    u32[0] = events;
    u32[1] = fd;
    u32[2] = 0;
    const operation = events === 0 ? EPOLL_CTL_DEL : before === 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    check(epollControl(this.fd, operation, fd, address), 'epoll_ctl');
    if (events === 0) this.#interests.delete(fd);
    else this.#interests.set(fd, events);
  }

  /** Waits at most `timeoutMs`, which may be a fraction. `onReady` is told each descriptor with its events. */
  wait(timeoutMs: number, onReady: (fd: number, events: number) => void): void {
    const count = this.#wait(timeoutMs);
    const { view } = this.#memory;
    // Copied first: what is told may watch other descriptors, through the same memory.
    const ready = Array.from({ length: Math.max(0, count) }, (_, i) => {
      const at = i * EVENT_BYTES;
      return [view.getUint32(at + 4, true), view.getUint32(at, true)] as const;
    });
    for (const [fd, events] of ready) if (this.#interests.has(fd)) onReady(fd, events);
  }

  close(): void {
    close(this.fd);
    this.#memory.free();
  }

  /** epoll_pwait2(2) knows fractions of a millisecond, from Linux 5.11 on. */
  #wait(timeoutMs: number): number {
    const { view, address } = this.#memory;
    if (this.#precise) {
      const timeAt = MAX_EVENTS * EVENT_BYTES;
      const nanoseconds = Math.ceil(timeoutMs * 1e6);
      view.setBigInt64(timeAt, BigInt(Math.floor(nanoseconds / 1e9)), true);
      view.setBigInt64(timeAt + 8, BigInt(nanoseconds % 1e9), true);
      const count = syscall(SYS_EPOLL_PWAIT2, this.fd, address, MAX_EVENTS, address + timeAt, 0, 0);
      if (count >= 0 || errno() !== ENOSYS) return count;
      this.#precise = false;
    }
    return epollWait(this.fd, address, MAX_EVENTS, Math.ceil(timeoutMs));
  }
}
