import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parentPort } from 'node:worker_threads';
import { CAP, hasCapability } from '../../linux/capabilities.ts';
import { monotonicMs } from '../../linux/clock.ts';
import { type GatedProcess, LaunchError } from '../../linux/gated-process.ts';
import { LaunchGate } from '../../linux/launch-gate.ts';
import { Launcher } from '../../linux/launcher.ts';
import { SystemCallError } from '../../linux/libc.ts';
import { Waiter } from '../../linux/wait.ts';
import { isStopped, stopSignalOf } from '../../linux/wait-status.ts';
import type { KernelTracer } from '../../tracer/ebpf/kernel-tracer.ts';
import { CONTROL } from '../../tracer/record.ts';
import type { EngineMessage, LastWord, LaunchFailed } from './engine-messages.ts';
import type { EnginePlan } from './engine-plan.ts';

/** What every run does in the engine's thread: the command is launched, and waited for if nobody stops it. */

const waiter = new Waiter();

/** Tells the thread that started this one. */
export function tell(message: EngineMessage): void {
  parentPort?.postMessage(message);
}

/** Starts the command as far as its gate, and holds it there until the plan's gate is open; or why it is not started. */
export function launch(
  plan: EnginePlan & { readonly launch: NonNullable<EnginePlan['launch']> },
  filter: Uint8Array | undefined,
): GatedProcess | LastWord {
  let gated: GatedProcess;
  try {
    const noNewPrivileges = filter !== undefined && !hasCapability(CAP.SYS_ADMIN);
    gated = Launcher.launchOnce({ ...plan.launch, filter, noNewPrivileges });
  } catch (error) {
    return failed('set-up', error);
  }
  try {
    const files = plan.joinFiles.filter((file) => !(gated.isInCgroup && path.dirname(file) === plan.launch.cgroup));
    for (const file of files) writeFileSync(file, String(gated.pid));
  } catch (error) {
    gated.abandon();
    return failed('join', error);
  }
  const control = new Int32Array(plan.ring.control);
  Atomics.store(control, CONTROL.pid, gated.pid);
  const mayStart = plan.gate === undefined || new LaunchGate(plan.gate).pass();
  if (mayStart && !Atomics.load(control, CONTROL.abandoned)) return gated;
  gated.abandon();
  return { kind: 'abandoned' };
}

/** Of a command that nobody stops: it may be traced from within the kernel, to the end of the last process in the group. */
export function waitFor(gated: GatedProcess, kernel?: { tracer: KernelTracer; awaitTree(): void }): LastWord {
  gated.open();
  try {
    gated.awaitExec();
  } catch (error) {
    return failed('execve', error);
  }
  tell({ kind: 'started', pid: gated.pid });
  while (waiter.taskOrStop(gated.pid) !== 0 && isStopped(waiter.status)) {
    tell({ kind: 'stopped', signal: stopSignalOf(waiter.status) });
  }
  const endedMs = monotonicMs();
  kernel?.awaitTree();
  const tracer = kernel?.tracer;
  return {
    kind: 'ended',
    status: waiter.status,
    counts: tracer?.counts() ?? [],
    signals: tracer?.signals ?? 0,
    tasks: tracer?.tasks ?? 0,
    lost: tracer?.lost ?? 0,
    sharedCpu: false,
    sent: [],
    fired: [],
    omitted: 0,
    spin: undefined,
    rules: [],
    replay: undefined,
    endedMs,
    deaths: [],
    wroteToStderr: undefined,
    delays: 0,
  };
}

/** Why the command could not be started; throws what is no such reason. */
export function failed(step: LaunchFailed['step'], error: unknown): LaunchFailed {
  if (error instanceof LaunchError || error instanceof SystemCallError) {
    return { kind: 'launch-failed', step, code: error.code };
  }
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) throw error;
  return { kind: 'launch-failed', step, code };
}
