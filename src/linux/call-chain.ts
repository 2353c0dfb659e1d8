import { CallMemory, type Calls } from './call-memory.ts';
import { addressOf, bind, check, errno, SystemCallError, syscall } from './libc.ts';
import { blockedSignals } from './signal-mask.ts';
import { SYS } from './syscall-numbers.ts';

/**
 * A new process that makes a fixed sequence of system calls, without any compiled code of ours: clone(2) starts it in
 * setcontext(3), and each context that makecontext(3) made is one call of libc's syscall(2), linked to the next.
 *
 * The child shares our memory (CLONE_VM) until it calls execve or ends, so what it reads lies in this object's arena,
 * which must outlive it. It has a stack and a thread control block of its own, so that errno and the stack of this
 * thread stay untouched. All signals are blocked in it until {@link unblockSignals}.
 *
 * x86-64 and glibc only.
 */

const CLONE_VM = 0x100;
const CLONE_SETTLS = 0x80000;
const CLONE_INTO_CGROUP = 0x2_0000_0000;
const SIGCHLD = 17;
const SIG_BLOCK = 0;
const SIG_SETMASK = 2;

/** The arena: thread control block, the stack of clone, the contexts, then data. */
const TLS_AREA = 64 * 1024;
const STACK_AREA = 64 * 1024;
const TCB = TLS_AREA / 2;
const CONTEXTS = TLS_AREA + STACK_AREA;
const STACK_TOP = CONTEXTS - 64;
const MAX_STEPS = 256;
/** One context: ucontext_t (968 bytes) and, from here, its stack. */
const CONTEXT_SIZE = 8192;
const CONTEXT_STACK = 1024;
const DATA = CONTEXTS + MAX_STEPS * CONTEXT_SIZE;

/** Offsets in struct clone_args of clone3(2). */
const ARGS = { flags: 0, exitSignal: 32, stack: 40, stackSize: 48, tls: 56, cgroup: 80, size: 88 } as const;

/** Offsets in ucontext_t. */
const UC_LINK = 8;
const UC_STACK_SP = 16;
const UC_STACK_SIZE = 32;
const UC_SIGMASK = 296;
const SIGSET_SIZE = 128;

const cloneCall = bind('clone', 'int', [
  'uintptr_t',
  'uintptr_t',
  'int',
  'uintptr_t',
  'uintptr_t',
  'uintptr_t',
  'uintptr_t',
]);
const getcontext = bind('getcontext', 'int', ['uintptr_t']);
const makecontext = bind('makecontext', 'void', [
  'uintptr_t',
  'uintptr_t',
  'int',
  'long',
  'long',
  'long',
  'long',
  'long',
  'long',
]);
const pthreadSigmask = bind('pthread_sigmask', 'int', ['int', 'uintptr_t', 'uintptr_t']);
const errnoLocation = bind('__errno_location', 'uintptr_t', []);
const pthreadSelf = bind('pthread_self', 'uintptr_t', []);

export class CallChain extends CallMemory implements Calls {
  readonly #steps: (readonly number[])[] = [];
  readonly #errnoAt: number;
  #unblockedFrom: number = MAX_STEPS;

  /** `dataSize`: bytes for what the calls point at (paths, argument vectors, ...). */
  constructor(dataSize: number) {
    super(DATA + dataSize, DATA);
    // errno lies at a fixed distance from the thread control block.
    this.#errnoAt = TCB + (errnoLocation() - pthreadSelf());
  }

  /** Appends a system call with up to five arguments. A call that fails sets {@link failure}; the chain goes on. */
  call(number: number, ...args: readonly number[]): void {
    if (this.#steps.length === MAX_STEPS) throw new RangeError('call chain: too many steps');
    this.#steps.push([number, ...args]);
  }

  /** From the next call on, signals are blocked as in our main thread. (The mask of a worker is Node's own affair.) */
  unblockSignals(): void {
    this.#unblockedFrom = this.#steps.length;
  }

  /** The errno of the last call of the child that failed; 0 if none did. */
  get failure(): number {
    return this.arena.view.getInt32(this.#errnoAt, true);
  }

  /** Starts the child; returns its process id. Throws SystemCallError (EAGAIN, ENOMEM). */
  start(): number {
    return this.#start('clone', () => {
      const { address } = this.arena;
      const flags = CLONE_VM | CLONE_SETTLS | SIGCHLD;
      return cloneCall(addressOf('setcontext'), address + STACK_TOP, flags, address + CONTEXTS, 0, address + TCB, 0);
    });
  }

  /**
   * The same, as a member of a cgroup v2 (the file descriptor of its directory) from the beginning. Throws SystemCallError as
   * clone3(2) with CLONE_INTO_CGROUP gives it (Linux 5.7).
   *
   * The child comes back from syscall(2) with its own stack, and to what lies on top of that: setcontext(3). Its argument is the
   * register that the kernel had the address of struct clone_args in, so that struct and the first context lie at one place: where
   * they overlap, the context has registers that a call with at most three arguments does not use.
   */
  startIn(cgroup: number): number {
    if (this.#steps[0]!.length > 4) throw new RangeError('call chain: the first call has more than three arguments');
    return this.#start('clone3', () => {
      const { address, view, u8 } = this.arena;
      u8.fill(0, CONTEXTS, CONTEXTS + ARGS.size);
      const put = (offset: number, value: number): void => view.setBigUint64(CONTEXTS + offset, BigInt(value), true);
      put(ARGS.flags, CLONE_VM + CLONE_SETTLS + CLONE_INTO_CGROUP);
      put(ARGS.exitSignal, SIGCHLD);
      put(ARGS.stack, address + TLS_AREA);
      put(ARGS.stackSize, STACK_TOP - TLS_AREA);
      put(ARGS.tls, address + TCB);
      put(ARGS.cgroup, cgroup);
      view.setBigUint64(STACK_TOP, BigInt(addressOf('setcontext')), true);
      return syscall(SYS.clone3, address + CONTEXTS, ARGS.size, 0, 0, 0, 0);
    });
  }

  #start(name: string, clone: () => number): number {
    this.#layOut();
    const { address, view } = this.arena;
    view.setBigUint64(TCB, BigInt(address + TCB), true);
    view.setBigUint64(TCB + 16, BigInt(address + TCB), true);
    const before = this.#blockSignals();
    try {
      const pid = clone();
      if (pid < 0) throw new SystemCallError(name, errno());
      return pid;
    } finally {
      pthreadSigmask(SIG_SETMASK, before, 0);
    }
  }

  /** Gives the memory back: only when the child has called execve or has ended. */
  free(): void {
    this.arena.free();
  }

  #layOut(): void {
    const { address, view, u8 } = this.arena;
    const syscallAddress = addressOf('syscall');
    const inherited = blockedSignals();
    const last = this.#steps.length - 1;
    this.#steps.forEach((step, index) => {
      const offset = CONTEXTS + index * CONTEXT_SIZE;
      const context = address + offset;
      check(getcontext(context), 'getcontext');
      view.setBigUint64(offset + UC_LINK, index === last ? 0n : BigInt(context + CONTEXT_SIZE), true);
      view.setBigUint64(offset + UC_STACK_SP, BigInt(context + CONTEXT_STACK), true);
      view.setBigUint64(offset + UC_STACK_SIZE, BigInt(CONTEXT_SIZE - CONTEXT_STACK), true);
      // setcontext() installs the mask of the context.
      const mask = offset + UC_SIGMASK;
      if (index < this.#unblockedFrom) u8.fill(0xff, mask, mask + SIGSET_SIZE);
      else view.setBigUint64(mask, inherited, true);
      const [number = 0, a = 0, b = 0, c = 0, d = 0, e = 0] = step;
      makecontext(context, syscallAddress, 6, number, a, b, c, d, e);
    });
  }

  /** Blocks all signals of this thread, so that none finds the child before its first call; returns the old mask. */
  #blockSignals(): number {
    const all = this.bytes(new Uint8Array(SIGSET_SIZE).fill(0xff));
    const old = this.bytes(new Uint8Array(SIGSET_SIZE));
    check(-pthreadSigmask(SIG_BLOCK, all, old), 'pthread_sigmask');
    return old;
  }
}
