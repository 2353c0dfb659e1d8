import { sleepSync } from '../../linux/cgroup.ts';
import { CgroupV2 } from '../../linux/cgroup-v2.ts';
import { SystemCallError } from '../../linux/libc.ts';
import { RenacerError } from '../../model/errors.ts';
import type { CallKnowledge } from '../../tracer/ebpf/call-plans.ts';
import { KernelTracer } from '../../tracer/ebpf/kernel-tracer.ts';
import type { EnginePlan, KernelPlan, TracingPlan } from './engine-plan.ts';

/** Loads and attaches the programs of a plan, or says why that can't be. */
export function openKernelTracer(
  { ring }: EnginePlan,
  { group }: KernelPlan,
  { selected, stringLimit }: TracingPlan,
  knowledge: CallKnowledge,
): KernelTracer | string {
  try {
    return new KernelTracer({
      group,
      ring: ring.kernelFd,
      selected: typeof selected === 'string' ? selected : new Set(selected),
      ...knowledge,
      stringLimit,
    });
  } catch (error) {
    if (error instanceof RenacerError || error instanceof SystemCallError) return error.message;
    throw error;
  }
}

/** Blocks until the group has no process left: what the command leaves running is traced to its end. */
export function awaitEmpty(group: string): void {
  const cgroup = new CgroupV2(group);
  for (let pause = 1; cgroup.processIds().length > 0; pause = Math.min(20, pause + 1)) sleepSync(pause);
}
