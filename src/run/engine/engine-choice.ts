import { readlinkSync } from 'node:fs';
import { CAP, hasCapability } from '../../linux/capabilities.ts';
import { tryBpf } from '../../linux/probes.ts';
import { RenacerError } from '../../model/errors.ts';
import { MAX_STRING } from '../../tracer/ebpf/layout.ts';
import type { EngineChoice, TracingPlan } from './engine-plan.ts';

/** The pid namespace that the kernel numbers all tasks in (PROC_PID_INIT_INO). */
const FIRST_PID_NAMESPACE = 'pid:[4026531836]';

/**
 * Decides who traces: the kernel by itself (eBPF) wherever a run is only watched and this machine lets us, else a stop
 * loop (ptrace), and then says why. `group` is the run's group in cgroup v2.
 *
 * Throws ENGINE_UNAVAILABLE if eBPF was asked for and can't be had.
 */
export function chooseEngine(choice: EngineChoice, tracing: TracingPlan, group: string | undefined): TracingPlan {
  // That a run which injects needs a stop loop is nothing to be told, unless somebody asked for eBPF.
  if (choice === 'ptrace' || (choice === 'auto' && injects(tracing))) return tracing;
  const obstacle = unsuitable(tracing) ?? unavailable(group);
  if (obstacle === undefined) return { ...tracing, kernel: { group: group! } };
  return withoutKernel(choice, tracing, obstacle);
}

/** The same plan for a stop loop, since eBPF can't do it. Throws ENGINE_UNAVAILABLE if it was asked for by name. */
export function withoutKernel(choice: EngineChoice, tracing: TracingPlan, obstacle: string): TracingPlan {
  if (choice === 'ebpf') {
    throw new RenacerError('ENGINE_UNAVAILABLE', `--engine ebpf: ${obstacle}`, {
      hint: 'Use --engine ptrace, or auto, which picks a working engine.',
    });
  }
  return { ...tracing, kernel: undefined, kernelObstacle: obstacle };
}

function injects(plan: TracingPlan): boolean {
  const { signals, faults, replay, emulation, ioLatencyMs, schedule, phased, phases } = plan;
  return [signals, faults, replay, emulation, ioLatencyMs, schedule, phased, phases].some(
    (injector) => injector !== undefined,
  );
}

/** What eBPF can't do for anybody. */
function unsuitable(tracing: TracingPlan): string | undefined {
  const { follow, untilExec, stringLimit, fdPaths, dumps, processNames, verbose, callSites } = tracing;
  if (tracing.schedule) return "it can't say who runs next (--chaos-schedule)";
  if (injects(tracing)) return 'it can only watch, not inject';
  if (!follow) return 'it always traces whole trees (-f)';
  if (untilExec) return "it can't detach from tasks (-b)";
  if (fdPaths) return "it can't look up file descriptors (-y, -P)";
  if (dumps) return "it can't dump all data (-e read=, -e write=)";
  if (processNames) return "it can't look up process names (-Y)";
  if (callSites) return "it can't read instruction pointers and stacks (-i, -k)";
  if (verbose) return "it can't capture environments (-v)";
  if (stringLimit > MAX_STRING) return `it captures at most ${MAX_STRING} bytes of a string (-s)`;
  return undefined;
}

function unavailable(group: string | undefined): string | undefined {
  if (process.arch !== 'x64') return `it does not support ${process.arch}`;
  if (!hasCapability(CAP.SYS_ADMIN) && !(hasCapability(CAP.BPF) && hasCapability(CAP.PERFMON))) {
    return 'it needs CAP_BPF and CAP_PERFMON (or CAP_SYS_ADMIN)';
  }
  const refusal = tryBpf();
  if (refusal !== undefined) return `bpf(2): ${refusal}`;
  if (group === undefined) return 'it needs a group in cgroup v2, and none could be made';
  if (readlinkSync('/proc/self/ns/pid') !== FIRST_PID_NAMESPACE) {
    return 'it sees the process ids of the whole machine, and this is a pid namespace of its own';
  }
  return undefined;
}
