import { closeSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader, frame, MessageReader, MessageWriter } from '../../../../src/campaign/worker/frames.ts';
import { makePipe } from '../../../../src/linux/fds.ts';

const messages = fc.array(fc.oneof(fc.jsonValue(), fc.uint8Array({ maxLength: 300 })), { maxLength: 8 });

describe('messages on a pipe', () => {
  it('come out as they went in, however the bytes are cut', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(frame));
        const reader = new FrameReader();
        const got: unknown[] = [];
        for (let at = 0, cut = 0; at < bytes.length; cut++) {
          const length = cuts[cut % cuts.length]!;
          got.push(...reader.take(bytes.subarray(at, at + length)));
          at += length;
        }
        expect(got.map(plain)).toEqual(sent.map(plain));
      }),
    );
  });

  it('are read by who blocks, up to the end of the pipe', () => {
    const [from, to] = makePipe();
    const writer = new MessageWriter(to);
    writer.write({ faults: [1, 2] }, true);
    writer.write('x'.repeat(20_000), false);
    const messages = new MessageReader(from);
    expect(messages.next()).toEqual({ faults: [1, 2] });
    expect(messages.hasNext).toBe(true);
    expect(messages.next()).toHaveLength(20_000);
    expect(messages.hasNext).toBe(false);
    closeSync(to);
    expect(messages.next()).toBeUndefined();
    closeSync(from);
  });
});

/** Bytes are equal whatever class holds them. */
function plain(message: unknown): unknown {
  return message instanceof Uint8Array ? [...message] : message;
}
