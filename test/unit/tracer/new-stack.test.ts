import { describe, expect, it } from 'vitest';
import { AT_SYSINFO_EHDR } from '../../../src/linux/auxv.ts';
import { auxiliaryEntry } from '../../../src/tracer/new-stack.ts';

const words = (...values: number[]): DataView => new DataView(BigUint64Array.from(values.map(BigInt)).buffer);

describe('the stack of a new program', () => {
  it.each([
    ['has the entry behind arguments and environment', [2, 11, 12, 0, 33, 14, 0, 33, 0x7000, 9, 1, 0, 0], 56],
    ['has it behind other entries', [1, 11, 0, 0, 9, 1, 33, 0x7000, 0, 0], 48],
    ['has none', [1, 11, 0, 0, 9, 1, 0, 0], undefined],
    ['has none before the end of the vector', [0, 0, 0, 9, 1, 0, 0, 33, 5], undefined],
    ['is cut', [1, 11, 0, 5], undefined],
    ['is cut before the end of the vector', [1, 11, 0, 0, 9], undefined],
  ])('%s', (_, stack, place) => expect(auxiliaryEntry(words(...stack), AT_SYSINFO_EHDR)).toBe(place));
});
