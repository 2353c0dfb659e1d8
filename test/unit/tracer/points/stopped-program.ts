import { Launcher } from '../../../../src/linux/launcher.ts';
import {
  PTRACE_CONT,
  PTRACE_O_EXITKILL,
  PTRACE_O_TRACECLONE,
  PTRACE_O_TRACEEXEC,
  PTRACE_O_TRACEFORK,
  Ptrace,
} from '../../../../src/linux/ptrace.ts';
import { sendSignal } from '../../../../src/linux/signals.ts';
import { TaskMemory } from '../../../../src/linux/task-memory.ts';
import { Waiter } from '../../../../src/linux/wait.ts';
import { Task } from '../../../../src/tracer/task.ts';
import { launchSpec } from '../../../support/launch-spec.mjs';

const OPTIONS = PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE;

export const tools = { ptrace: new Ptrace(), memory: new TaskMemory(1 << 16), waiter: new Waiter() };

/** A command that stands at its exec stop, traced by this thread. */
export function stoppedProgram(argv: readonly string[], stdout?: number): Task {
  const launcher = new Launcher({
    ...launchSpec([...argv]),
    ...(stdout === undefined ? {} : { stdio: [0, stdout, 2] }),
  });
  const gated = launcher.start();
  tools.ptrace.seize(gated.pid, OPTIONS);
  gated.open();
  tools.waiter.task(gated.pid);
  gated.finish(true);
  launcher.free();
  return new Task(gated.pid, gated.pid, '0');
}

/** Goes on to the next change of state of any task; returns which, and leaves its status with the waiter. */
export function goOn(task: Task, request: number = PTRACE_CONT): number {
  tools.ptrace.resume(request, task.tid);
  return tools.waiter.any();
}

export function endOf(task: Task): void {
  sendSignal(task.tid, 9);
  while (tools.waiter.any() !== 0);
}
