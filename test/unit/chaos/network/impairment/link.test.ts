import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Link } from '../../../../../src/chaos/network/impairment/link.ts';

describe('link', () => {
  it('never carries more than its width', () => {
    const packet = fc.record({ after: fc.integer({ min: 0, max: 50 }), bytes: fc.integer({ min: 1, max: 65_535 }) });
    fc.assert(
      fc.property(fc.array(packet), fc.integer({ min: 1000, max: 1e9 }), (packets, bytesPerSecond) => {
        const link = new Link(bytesPerSecond);
        let now = 0;
        let carried = 0;
        let last = 0;
        for (const { after, bytes } of packets) {
          now += after;
          const passed = link.pass(now, bytes);
          if (passed === undefined) continue;
          carried += bytes;
          expect(passed).toBeGreaterThan(Math.max(now, last));
          expect(passed).toBeGreaterThanOrEqual((carried / bytesPerSecond) * 1000 - 1e-6);
          last = passed;
        }
      }),
    );
  });

  it('is as fast as its width while there is something to send, and drops what it can not queue', () => {
    const link = new Link(1_000_000);
    const passed = [...Array(2000).keys()].map(() => link.pass(0, 1000));
    expect(passed.slice(0, 3)).toEqual([1, 2, 3]);
    // 1 MiB at 1 MB/s, and the packet that finds just so much before it.
    expect(passed.filter((time) => time !== undefined)).toHaveLength(1049);
  });

  it('has as much room at any time, to the byte', () => {
    const link = new Link(1_000_000);
    const backlog = 1 << 20;
    expect(link.pass(5000, backlog)).toBe(5000 + backlog / 1000);
    // Just so much is before it, then more.
    expect(link.pass(5000, 1)).toBeCloseTo(5000 + (backlog + 1) / 1000);
    expect(link.pass(5000, 1)).toBeUndefined();
  });
});
