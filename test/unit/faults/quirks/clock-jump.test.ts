import { describe, expect, it } from 'vitest';
import { parseClockJump } from '../../../../src/faults/quirks/clock-jump.ts';

const SECOND = 1_000_000_000n;

describe('where a clock goes', () => {
  it.each([
    ['3600s', 3600n * SECOND],
    ['-1d', -86_400n * SECOND],
    ['+365d', 365n * 86_400n * SECOND],
    ['1.5h', 5400n * SECOND],
    ['10m', 600n * SECOND],
    ['250ms', SECOND / 4n],
    ['7us', 7000n],
    ['7', 7000n],
    ['-3ns', -3n],
    ['0.000000001s', 1n],
  ])('%s', (text, byNs) => expect(parseClockJump(text)).toEqual({ byNs }));

  it.each([
    ['2038-01-19T03:14:07Z', 2n ** 31n - 1n],
    ['2038-01-19T05:14:07+02:00', 2n ** 31n - 1n],
    ['1970-01-02', 86_400n],
    ['1970-01-01T00:01', 60n],
  ])('%s', (text, seconds) => expect(parseClockJump(text)).toEqual({ toNs: seconds * SECOND }));

  it.each(['', 'd', '1w', '1e3s', '.5s', '2023-02-30', '2023-13-01', '2023-01-01T25:00', '1969-01-01', '--1d'])(
    'not %j',
    (text) => expect(parseClockJump(text)).toBeUndefined(),
  );
});
