import type { Ptrace } from '../linux/ptrace.ts';
import type { Task } from './task.ts';

/** Words of siginfo_t. */
export const SIGINFO = { code: 2, pid: 4 } as const;
export const SI_TKILL: number = -6;
export const SI_KERNEL = 0x80;

/** `tracer`: by a decision of ours; `kernel`: a fault of the program, a limit, a terminal; `itself`: as abort(3) does. */
export type SignalSender = 'tracer' | 'kernel' | 'itself' | 'other';

/** Who has sent the signal that a task is stopped by: see sigaction(2), si_code. */
export function senderOf({ tid, tgid, sentSignals }: Task, signal: number, ptrace: Ptrace): SignalSender {
  if (sentSignals.has(signal)) return 'tracer';
  if (!ptrace.readSiginfo(tid)) return 'other';
  const { siginfo } = ptrace;
  const words = new Int32Array(siginfo.buffer, siginfo.byteOffset, siginfo.length / 4);
  const code = words[SIGINFO.code]!;
  const pid = words[SIGINFO.pid]!;
  if (code > 0) return 'kernel';
  if (code === SI_TKILL && pid === process.pid) return 'tracer';
  return pid === tgid ? 'itself' : 'other';
}
