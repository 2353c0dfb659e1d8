import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DnsStream, messageOf } from '../../../../../../src/chaos/network/syscalls/relay/dns-stream.ts';

it('cuts a stream into its messages, however it comes in pieces', () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 300 }));
  fc.assert(
    fc.property(
      messages,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      fc.uint8Array(),
      (all, sizes, rest) => {
        const unfinished = Uint8Array.of(1, 0, ...rest.subarray(0, 255));
        const bytes = Buffer.concat([
          ...all.map((one) => Buffer.from([one.length >> 8, one.length & 255, ...one])),
          unfinished,
        ]);
        const stream = new DnsStream();
        const found: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % sizes.length]!;
          found.push(...stream.cut(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(found.map((one) => [...messageOf(one)])).toEqual(all.map((one) => [...one]));
        expect([...stream.end()]).toEqual([...unfinished]);
      },
    ),
  );
});
