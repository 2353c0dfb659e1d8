import { BpfRingBuffer } from '../../linux/bpf-ring-buffer.ts';
import { CgroupV2 } from '../../linux/cgroup-v2.ts';
import type { TraceEvent } from '../../model/trace-event.ts';
import { KernelEvents } from '../../tracer/ebpf/kernel-events.ts';
import { MAX_RECORD } from '../../tracer/ebpf/layout.ts';
import { Ring } from '../../tracer/ring.ts';
import { RingReader } from '../../tracer/ring-reader.ts';
import type { EnginePlan, TracingPlan } from './engine-plan.ts';
import { FlowControl } from './flow-control.ts';

/** From a stop loop, which waits while its ring is full. */
const STOP_LOOP_RING_BYTES = 8 * 1024 * 1024;
/** From the kernel, which does not wait: more than most programs write before this process gets its turn. */
const KERNEL_RING_BYTES = 64 * 1024 * 1024;
/** Of records with all data. */
const WHOLE_DATA_RING_BYTES = 64 * 1024 * 1024;
const NO_RING_BYTES = 4096;

/** Where the events of a run come from, and what its engine has to know of that. */
export interface EventSource {
  readonly ring: Omit<EnginePlan['ring'], 'control'>;
  /** Hands over what is there, of at most `limit` records; returns how many it was. */
  drain(receive: (event: TraceEvent) => void, limit?: number): number;
  free(): void;
}

/** Throws SystemCallError if the kernel gives no ring buffer. */
export function eventSource(tracing: TracingPlan | undefined, control: Int32Array): EventSource {
  if (tracing?.kernel && tracing.events) return kernelSource(tracing.kernel.group);
  // A run without events has no use for a ring.
  const size = tracing?.dumps ? WHOLE_DATA_RING_BYTES : STOP_LOOP_RING_BYTES;
  const ring = Ring.allocate(tracing?.events ? size : NO_RING_BYTES);
  const reader = new RingReader(ring, control);
  return {
    ring: { address: ring.memory.address, size: ring.memory.size, kernelFd: undefined },
    drain: (receive, limit) => reader.drain(receive, limit),
    free: () => ring.free(),
  };
}

function kernelSource(group: string): EventSource {
  const buffer = new BpfRingBuffer(KERNEL_RING_BYTES, MAX_RECORD);
  const events = new KernelEvents(buffer);
  const flow = new FlowControl(new CgroupV2(group));
  return {
    ring: { address: 0, size: 0, kernelFd: buffer.map.fd },
    drain(receive, limit) {
      flow.check(buffer.fill);
      const count = events.drain(receive, limit);
      flow.check(buffer.fill);
      return count;
    },
    free() {
      flow.check(0);
      buffer.free();
    },
  };
}
