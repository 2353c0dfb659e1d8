import type { InputType, Signature } from '../argument-type.ts';
import { SIGNALFD_FLAGS, SIGPROCMASK_HOW } from '../constants/signals.ts';
import { signalName } from '../signals.ts';
import { decimalResult, fd, hex32, namedValue, noted, pid, signal, size } from '../types/numbers.ts';
import {
  sigactionIn,
  sigactionOut,
  siginfoIn,
  siginfoOut,
  sigsetIn,
  sigsetOut,
  sigsetText,
  stackIn,
  stackOut,
} from '../types/signals.ts';
import { timespecIn } from '../types/time.ts';

/** Where uc_sigmask lies above the stack pointer when a signal handler returns: in struct ucontext (<asm/ucontext.h>). */
const SIGNAL_MASK_ON_STACK = 296;

const restoredMask: InputType = {
  when: 'entry',
  capture: (arg) => [{ arg, at: 'entry', kind: 'stack', offset: SIGNAL_MASK_ON_STACK, size: 8 }],
  print(call, arg) {
    const bytes = call.captured.bytes(arg);
    return bytes === undefined ? '' : `{mask=${sigsetText(bytes)}}`;
  },
};

/** Signals: handlers, masks, waiting and sending. */
export const SIGNALS: Readonly<Record<string, Signature>> = {
  rt_sigaction: { args: [signal, sigactionIn, sigactionOut, size] },
  rt_sigprocmask: { args: [namedValue(SIGPROCMASK_HOW), sigsetIn, sigsetOut, size] },
  rt_sigreturn: { args: [restoredMask], losesArguments: true },
  rt_sigpending: { args: [sigsetOut, size] },
  rt_sigsuspend: { args: [sigsetIn, size] },
  rt_sigtimedwait: {
    args: [sigsetIn, siginfoOut, timespecIn, size],
    result: noted(decimalResult, (call) =>
      call.errno === 0 && call.result.i32(0) !== 0 ? signalName(call.result.i32(0)) : undefined,
    ),
  },
  rt_sigqueueinfo: { args: [pid, signal, siginfoIn] },
  rt_tgsigqueueinfo: { args: [pid, pid, signal, siginfoIn] },
  pidfd_send_signal: { args: [fd, signal, siginfoIn, hex32] },
  sigaltstack: { args: [stackIn, stackOut] },
  signalfd: { args: [fd, sigsetIn, size] },
  signalfd4: { args: [fd, sigsetIn, size, namedValue(SIGNALFD_FLAGS)] },
  kill: { args: [pid, signal] },
  tkill: { args: [pid, signal] },
  tgkill: { args: [pid, pid, signal] },
  pause: { args: [] },
};
