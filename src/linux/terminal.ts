import { bind } from './libc.ts';
import { NativeMemory } from './memory.ts';

const TERMIOS_BYTES = 60;
const TCSADRAIN = 1;
const SIGTTOU = 22;
const SIG_BLOCK = 0;
const SIG_SETMASK = 2;
const SIGSET_BYTES = 128;

const isatty = bind('isatty', 'int', ['int']);
const tcgetattr = bind('tcgetattr', 'int', ['int', 'uintptr_t']);
const tcsetattr = bind('tcsetattr', 'int', ['int', 'int', 'uintptr_t']);
const tcgetpgrp = bind('tcgetpgrp', 'int', ['int']);
const tcsetpgrp = bind('tcsetpgrp', 'int', ['int', 'int']);
const getpgrp = bind('getpgrp', 'int', []);
const pthreadSigmask = bind('pthread_sigmask', 'int', ['int', 'uintptr_t', 'uintptr_t']);

/** As isatty of `node:tty`, which takes 2 ms to load. */
export function isTerminal(fd: number): boolean {
  return isatty(fd) === 1;
}

/** Whether our process group has the terminal, so that keys such as Ctrl-C reach us and the target alike. */
export function inForeground(fd: number): boolean {
  return tcgetpgrp(fd) === getpgrp();
}

/** The state of the terminal at `fd`; undefined if that is none. */
export function saveTerminal(fd: number): SavedTerminal | undefined {
  const memory = NativeMemory.allocate(TERMIOS_BYTES);
  if (tcgetattr(fd, memory.address) === 0) return new SavedTerminal(fd, memory, tcgetpgrp(fd));
  memory.free();
  return undefined;
}

/** Settings (echo, line mode, ...) and foreground process group of a terminal. */
export class SavedTerminal {
  readonly #fd: number;
  readonly #termios: NativeMemory;
  readonly #foreground: number;

  constructor(fd: number, termios: NativeMemory, foreground: number) {
    this.#fd = fd;
    this.#termios = termios;
    this.#foreground = foreground;
  }

  /**
   * Puts back what a target may have left changed when it was killed. Only if we had the foreground: a background job
   * must not take it.
   */
  restore(): void {
    if (this.#foreground !== getpgrp()) return;
    const masks = NativeMemory.allocate(2 * SIGSET_BYTES);
    masks.u8[(SIGTTOU - 1) >> 3] = 1 << ((SIGTTOU - 1) & 7);
    // A process in the background that changes the terminal is stopped by SIGTTOU, unless it blocks it.
    pthreadSigmask(SIG_BLOCK, masks.address, masks.address + SIGSET_BYTES);
    tcsetpgrp(this.#fd, this.#foreground);
    tcsetattr(this.#fd, TCSADRAIN, this.#termios.address);
    pthreadSigmask(SIG_SETMASK, masks.address + SIGSET_BYTES, 0);
    masks.free();
    this.#termios.free();
  }
}
