import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionKey } from '../../../../src/faults/decisions.ts';
import { inOrder } from '../../../../src/faults/quirks/directory-entries.ts';
import { shuffled } from '../../../../src/faults/quirks/directory-order.ts';

/** An entry as the kernel writes it: its place in the directory, its name. */
function entry(offset: number, name: string): { bytes: Uint8Array } {
  const bytes = new Uint8Array((19 + name.length + 1 + 7) & ~7);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(8, BigInt(offset), true);
  view.setUint16(16, bytes.length, true);
  bytes.set(Buffer.from(name), 19);
  return { bytes };
}

function read(buffer: Uint8Array): { offset: number; name: string }[] {
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  const entries: { offset: number; name: string }[] = [];
  for (let at = 0; at < buffer.length; at += view.getUint16(at + 16, true)) {
    const name = Buffer.from(buffer.subarray(at + 19, at + view.getUint16(at + 16, true))).toString();
    entries.push({ offset: Number(view.getBigUint64(at + 8, true)), name: name.replace(/\0.*/, '') });
  }
  return entries;
}

describe('entries of a directory in another order', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,20}$/), { minLength: 1, maxLength: 40 });

  it('are the same names, and the places to go on from stay where they are', () => {
    fc.assert(
      fc.property(names, fc.nat(), fc.nat(), (list, seed, ordinal) => {
        const entries = list.map((name, index) => entry(100 + index, name));
        const key = decisionKey(seed, 'directory-order', '');
        const order = shuffled(list.length, key, ordinal);
        expect(shuffled(list.length, key, ordinal)).toEqual(order);
        const result = read(inOrder(entries, order));
        expect(result.map(({ offset }) => offset)).toEqual(list.map((_, index) => 100 + index));
        expect(result.map(({ name }) => name).toSorted()).toEqual(list.toSorted());
      }),
    );
  });
});
