import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { CAP, hasCapability } from '../../linux/capabilities.ts';
import { type GatedProcess, LaunchError } from '../../linux/gated-process.ts';
import { LaunchGate } from '../../linux/launch-gate.ts';
import { Launcher } from '../../linux/launcher.ts';
import { SystemCallError } from '../../linux/libc.ts';
import type { KernelTracer } from '../../tracer/ebpf/kernel-tracer.ts';
import { CONTROL } from '../../tracer/record.ts';
import type { Ended, LastWord, LaunchFailed } from './engine-messages.ts';
import type { EnginePlan } from './engine-plan.ts';

/** What every run does, in whichever thread: the command is launched. */

/** Starts the command as far as its gate, and holds it there until the plan's gate is open; or why it is not started. */
export function launch(
  plan: Pick<EnginePlan, 'gate'> & { readonly launch: NonNullable<EnginePlan['launch']> },
  filter: Uint8Array | undefined,
  control: Int32Array,
): GatedProcess | LastWord {
  let gated: GatedProcess;
  try {
    const noNewPrivileges = filter !== undefined && !hasCapability(CAP.SYS_ADMIN);
    gated = Launcher.launchOnce({ ...plan.launch, filter, noNewPrivileges });
  } catch (error) {
    return failed('set-up', error);
  }
  try {
    for (const group of gated.outside) writeFileSync(path.join(group, 'cgroup.procs'), String(gated.pid));
  } catch (error) {
    gated.abandon();
    return failed('join', error);
  }
  Atomics.store(control, CONTROL.pid, gated.pid);
  const mayStart = plan.gate === undefined || new LaunchGate(plan.gate).pass();
  if (mayStart && !Atomics.load(control, CONTROL.abandoned)) return gated;
  gated.abandon();
  return { kind: 'abandoned' };
}

/** Executes what waits at its gate; or why that failed. */
export function execute(gated: GatedProcess): LaunchFailed | undefined {
  gated.open();
  try {
    gated.awaitExec();
    return undefined;
  } catch (error) {
    return failed('execve', error);
  }
}

/** Of a command that nobody stopped: it may have been traced from within the kernel. */
export function ended(status: number, endedMs: number, tracer?: KernelTracer): Ended {
  return {
    kind: 'ended',
    status,
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
