import { describe, expect, it } from 'vitest';
import { Interned } from '../../../../../src/campaign/sweep/worker/interned.ts';

describe('interned values', () => {
  it('are one for all that are equal', () => {
    const lists = new Interned<readonly string[]>(JSON.stringify);
    const first = lists.of(['EIO', 'EINTR']);
    expect(lists.of(['EIO', 'EINTR'])).toBe(first);
    expect(lists.of(['EIO'])).toEqual(['EIO']);
    expect(lists.of([])).not.toBe(lists.of(['']));
  });
});
