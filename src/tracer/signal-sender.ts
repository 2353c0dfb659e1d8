import { innermostPid } from '../linux/process-stat.ts';
import type { Ptrace } from '../linux/ptrace.ts';
import type { Task } from './task.ts';

/** Words of siginfo_t. */
export const SIGINFO = { code: 2, pid: 4 } as const;
const SI_TKILL = -6;
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
  if (isOurs(code, pid)) return 'tracer';
  return pid === innermostPid(tgid) ? 'itself' : 'other';
}

/** Whether a signal is one of ours. In a pid namespace of its own a task knows nobody who is outside: he has no number. */
export function isOurs(code: number, pid: number): boolean {
  return code === SI_TKILL && (pid === process.pid || pid === 0);
}
