import { bind } from './libc.ts';
import { NativeMemory } from './memory.ts';

const schedGetaffinity = bind('sched_getaffinity', 'int', ['int', 'size_t', 'uintptr_t']);
const schedSetaffinity = bind('sched_setaffinity', 'int', ['int', 'size_t', 'uintptr_t']);

/** The CPU that the calling thread runs on. */
export const currentCpu: () => number = bind('sched_getcpu', 'int', []);

/** Bytes of a mask: 1,024 CPUs. */
const MASK_BYTES = 128;

/** A set of CPUs as the kernel's bit mask. */
export type CpuMask = Uint8Array;

const scratch = NativeMemory.allocate(MASK_BYTES);

/** Where a thread may run (0: the calling thread); undefined if it is gone. */
export function affinityOf(tid: number): CpuMask | undefined {
  scratch.u8.fill(0, 0, MASK_BYTES);
  return schedGetaffinity(tid, MASK_BYTES, scratch.address) === 0 ? scratch.u8.slice(0, MASK_BYTES) : undefined;
}

/** False if the thread is gone, or may run on none of these. */
export function setAffinity(tid: number, mask: CpuMask): boolean {
  scratch.u8.set(mask);
  return schedSetaffinity(tid, MASK_BYTES, scratch.address) === 0;
}

/** The mask of one CPU. */
export function onlyCpu(cpu: number): CpuMask {
  const mask = new Uint8Array(MASK_BYTES);
  mask[cpu >> 3] = 1 << (cpu & 7);
  return mask;
}

export function sameMask(a: CpuMask, b: CpuMask): boolean {
  return a.every((byte, index) => byte === b[index]);
}
