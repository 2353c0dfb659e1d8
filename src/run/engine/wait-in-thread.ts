import { parentPort } from 'node:worker_threads';
import { monotonicMs } from '../../linux/clock.ts';
import type { GatedProcess } from '../../linux/gated-process.ts';
import { Waiter } from '../../linux/wait.ts';
import { isStopped, stopSignalOf } from '../../linux/wait-status.ts';
import type { KernelTracer } from '../../tracer/ebpf/kernel-tracer.ts';
import type { EngineMessage, LastWord } from './engine-messages.ts';
import { ended, execute } from './launched.ts';

const waiter = new Waiter();

/** Tells the thread that started this one. */
export function tell(message: EngineMessage): void {
  parentPort?.postMessage(message);
}

/** For a command that nobody stops: it may be traced from within the kernel, to the end of the last process in the group. */
export function waitFor(gated: GatedProcess, kernel?: { tracer: KernelTracer; awaitTree(): void }): LastWord {
  const failure = execute(gated);
  if (failure) return failure;
  tell({ kind: 'started', pid: gated.pid, tracer: undefined });
  while (waiter.taskOrStop(gated.pid) !== 0 && isStopped(waiter.status)) {
    tell({ kind: 'stopped', signal: stopSignalOf(waiter.status) });
  }
  const endedMs = monotonicMs();
  kernel?.awaitTree();
  return ended(waiter.status, endedMs, kernel?.tracer);
}
