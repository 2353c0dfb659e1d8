import { expect, it } from 'vitest';
import { countLeftovers } from '../../../../src/campaign/sweep/leftovers.ts';

it('tells names that were drawn as one, with what they have in common', () => {
  const notes = [
    ['leaves ziRE8Kpg'],
    ['leaves out unfinished', 'leaves zi0nAE5T'],
    ['leaves zirE8Kp9', 'leaves zirE8Kp9'],
  ];
  expect(countLeftovers(notes)).toEqual([
    { what: 'leaves ziXXXXXX', count: 3 },
    { what: 'leaves out unfinished', count: 1 },
  ]);
});

it('a name that is always the same is told as it is', () => {
  expect(countLeftovers([['leaves core.Abc123'], ['leaves core.Abc123']])).toEqual([
    { what: 'leaves core.Abc123', count: 2 },
  ]);
});

it('a prefix that drawn names share by chance is not told', () => {
  expect(countLeftovers([['leaves /tmp/sortaBc123'], ['leaves /tmp/sortaBc124']])).toEqual([
    { what: 'leaves /tmp/sortXXXXXX', count: 2 },
  ]);
});
