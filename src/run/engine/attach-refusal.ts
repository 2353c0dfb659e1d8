import { readProcessStat, readProcFile, threadGroupOf } from '../../linux/process-stat.ts';
import type { RefusedProcess } from './engine-messages.ts';

/** Why ptrace(2) refuses a process: for most reasons it says EPERM, and /proc says more. */
export function refusalText({ pid, code }: RefusedProcess): string {
  return `can't attach to process ${pid}: ${reasonOf(pid, code)}`;
}

function reasonOf(pid: number, code: string): string {
  const status = readProcFile(`/proc/${pid}/status`);
  if (code === 'ESRCH' || status === undefined) return 'there is no such process';
  if (code === 'ECHILD') return 'it is a child of this very process; let another one start it, or start it by run()';
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  if (Number(field('Tgid')) === process.pid) return 'that is Renacer itself';
  const tracer = Number(field('TracerPid'));
  if (tracer > 0) return `it is traced already, by ${nameOf(tracer)}`;
  if (field('State').startsWith('Z')) return 'it has ended, and its parent has not taken note of that (a zombie)';
  if (readProcessStat(pid)?.isKernelThread) return 'it is a thread of the kernel';
  const owner = Number(field('Uid').split('\t')[0]);
  if (owner !== process.getuid?.()) return `it belongs to another user (uid ${owner}); root may do it`;
  const scope = Number(readProcFile('/proc/sys/kernel/yama/ptrace_scope') ?? 0);
  if (scope > 0) return `kernel.yama.ptrace_scope is ${scope} here; root may do it, unless it is 3`;
  return `not permitted (${code})`;
}

/** A thread of a process traces: it is the process that users know. */
function nameOf(tid: number): string {
  const pid = threadGroupOf(tid) ?? tid;
  return `${readProcFile(`/proc/${pid}/comm`)?.trim() ?? 'a process'} (${pid})`;
}
