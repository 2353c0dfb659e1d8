import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printRecordedTurn, type RecordedTurn, readTurn } from '../../../src/faults/phase-line.ts';

const place = fc.record({
  task: fc.constantFrom('0', '0.1', '0~2.1'),
  call: fc.constant('openat'),
  nth: fc.integer({ min: 1 }),
});
const returned = place.map((at) => ({ ...at, returned: true as const }));
const of = {
  name: fc.string({ minLength: 1 }),
  instance: fc.integer({ min: 1 }),
  kind: fc.constantFrom('begin' as const, 'end' as const),
};
const turn: fc.Arbitrary<RecordedTurn> = fc.oneof(
  fc.record({ ...of, at: fc.oneof(place, returned), ms: fc.constant(0) }),
  fc.record({ ...of, at: fc.constant(undefined), ms: fc.nat() }),
);

describe('a turn of a phase in a recording', () => {
  it('is read as it was printed', () => {
    fc.assert(
      fc.property(turn, (made) => {
        expect(readTurn(JSON.parse(printRecordedTurn(made)).phase)).toEqual(made);
      }),
    );
  });

  it.each([
    [1, 'phase is not an object'],
    [{ name: 'a', instance: 0, begins: { ms: 1 } }, 'name and instance of a phase are a text and a number from 1'],
    [{ name: 'a', instance: 1 }, 'a phase needs begins or ends'],
    [
      { name: 'a', instance: 1, ends: { task: '0', call: 'read' } },
      'a phase begins and ends at a task, a call and an nth, or at ms',
    ],
  ])('%j is refused', (value, reason) => {
    expect(readTurn(value)).toBe(reason);
  });
});
