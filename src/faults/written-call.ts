import type { MemoryWrite, StoppedCall } from '../tracer/policy.ts';

/** A call whose memory is seen as it will be when these writes are done: so one fault builds on another. */
export function withWrites(call: StoppedCall, writes: readonly MemoryWrite[]): StoppedCall {
  const { task, abi, nr, args, ordinal, result } = call;
  return {
    task,
    abi,
    nr,
    args,
    ordinal,
    result,
    readString: (address, limit) => call.readString(address, limit),
    read(address, size) {
      const bytes = call.read(address, size)?.slice();
      if (!bytes) return undefined;
      for (const write of writes) {
        const from = Math.max(address, write.address);
        const to = Math.min(address + bytes.length, write.address + write.bytes.length);
        if (from < to) bytes.set(write.bytes.subarray(from - write.address, to - write.address), from - address);
      }
      return bytes;
    },
  };
}
