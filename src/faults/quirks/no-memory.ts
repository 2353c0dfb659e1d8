import type { StoppedCall } from '../../tracer/policy.ts';
import { textOf } from '../descriptor.ts';
import { injectError } from '../kinds/error.ts';
import type { QuirkKind } from './quirk.ts';

const MAP_ANONYMOUS = 0x20;

/** Whether a call, by its name, asks for more memory. */
const ASKS: Readonly<Record<string, (call: StoppedCall) => boolean>> = {
  mmap: ({ args }) => (args.u32(3) & MAP_ANONYMOUS) !== 0,
  brk: ({ args, task }) => args.unsigned(0) > endOfHeap(task.tid),
  mremap: ({ args }) => args.unsigned(2) > args.unsigned(1),
};

/** A call that asks for more memory fails with ENOMEM; brk(2) returns the break that was. */
export const noMemory: QuirkKind = {
  start: () => ({
    concerns: ({ name, call }) => ASKS[name]?.(call) === true,
    effect: (moment) => injectError('ENOMEM', moment),
  }),
};

/** Where the break is, by proc(5); 0 where there is no heap yet, and each break but 0, which only asks, is growth. */
function endOfHeap(tid: number): number {
  const end = /^[0-9a-f]+-([0-9a-f]+) .*\[heap\]$/m.exec(textOf(`/proc/${tid}/maps`))?.[1];
  return end === undefined ? 0 : Number.parseInt(end, 16);
}
