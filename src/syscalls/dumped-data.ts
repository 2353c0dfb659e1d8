import type { ArgWords } from '../model/arg-words.ts';
import type { Capture } from '../model/capture.ts';
import type { Call } from './argument-type.ts';
import { type Dumps, hasDescriptor } from './descriptor-set.ts';
import { syscallNumber } from './syscall-table.ts';

/** Calls whose first argument is a descriptor, and whose second leads to the data. */
const READS = numbers('read pread64 recvfrom readv preadv preadv2 recvmsg mq_timedreceive');
const WRITES = numbers('write pwrite64 sendto writev pwritev pwritev2 vmsplice sendmsg mq_timedsend');
const DATA = 1;

/** Where the array of buffers is found among the parts of a capture (model/capture.ts), by the call's shape. */
const VECTORS = numbers('readv preadv preadv2 writev pwritev pwritev2 vmsplice');
const MESSAGES = numbers('recvmsg sendmsg');
const VECTOR_PART = 0;
const MESSAGE_PART = 3;
const IOVEC_SIZE = 16;

/** Data of a call: in one buffer, or in those of a vector. */
export interface DumpedData {
  readonly buffers: readonly Uint8Array[];
  readonly isVector: boolean;
  /** Bytes were left out, since there were too many for one event. */
  readonly cut: boolean;
}

export function isDumped({ read, write }: Dumps, nr: number, args: ArgWords): boolean {
  const set = READS.has(nr) ? read : WRITES.has(nr) ? write : undefined;
  return set !== undefined && hasDescriptor(set, args.i32(0));
}

/** The same captures without the limit of the trace. */
export function wholeData(captures: readonly Capture[]): readonly Capture[] {
  return captures.map((capture) => {
    if (capture.kind === 'bytes' && capture.text) return { ...capture, text: false };
    return capture.kind === 'iovec' || capture.kind === 'msghdr' ? { ...capture, whole: true } : capture;
  });
}

/** What is to be shown of a call that has come back; undefined if nothing is. */
export function dumpedData(call: Call & { readonly errno: number }, dumps: Dumps): DumpedData | undefined {
  if (!isDumped(dumps, call.nr, call.args) || (call.errno !== 0 && READS.has(call.nr))) return undefined;
  const parts = partsOf(call);
  const buffers = parts.flatMap((part) => call.captured.bytes(DATA, part) ?? []);
  if (buffers.length === 0) return undefined;
  return {
    buffers,
    isVector: VECTORS.has(call.nr) || MESSAGES.has(call.nr),
    cut: parts.some((part) => call.captured.isCut(DATA, part)),
  };
}

function partsOf(call: Call): readonly number[] {
  const vector = VECTORS.has(call.nr) ? VECTOR_PART : MESSAGES.has(call.nr) ? MESSAGE_PART : undefined;
  if (vector === undefined) return [0];
  const count = (call.captured.bytes(DATA, vector)?.length ?? 0) / IOVEC_SIZE;
  return Array.from({ length: count }, (_, i) => vector + 1 + i);
}

function numbers(names: string): ReadonlySet<number> {
  return new Set(names.split(' ').map((name) => syscallNumber(name)!));
}
