import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withWrites } from '../../../src/faults/written-call.ts';
import type { StoppedCall } from '../../../src/tracer/policy.ts';

const MEMORY = 64;

describe('a call seen with writes that are still to be done', () => {
  it('reads as its memory will be', () => {
    const write = fc.record({
      address: fc.nat(MEMORY - 1),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(
        fc.array(write, { maxLength: 5 }),
        fc.nat(MEMORY - 1),
        fc.integer({ min: 1, max: 32 }),
        (writes, address, size) => {
          const before = Uint8Array.from({ length: MEMORY + 8 }, (_, index) => index);
          const after = Uint8Array.from(before);
          for (const { address, bytes } of writes) after.set(bytes, address);
          const call = { read: (from: number, count: number) => before.subarray(from, from + count) } as StoppedCall;
          const end = Math.min(address + size, before.length);
          expect(Array.from(withWrites(call, writes).read(address, size)!)).toEqual(
            Array.from(after.subarray(address, end)),
          );
        },
      ),
    );
  });
});
