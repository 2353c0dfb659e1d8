import { describe, expect, it } from 'vitest';
import { CallStatistics } from '../../../src/report/call-statistics.ts';
import { type CountStyle, countTable, needsEvents } from '../../../src/report/count-table.ts';
import { syscallNumber } from '../../../src/syscalls/syscall-table.ts';

const STYLE: CountStyle = { sortBy: 'total-time', columns: undefined, extended: false, overheadSeconds: 0 };
const COUNTED = [
  { nr: 3, name: 'close', calls: 4, errors: 0, seconds: 0.0001 },
  { nr: 12, name: 'brk', calls: 3, errors: 0, seconds: 0 },
  { nr: 257, name: 'openat', calls: 10, errors: 7, seconds: 0.0003 },
];

/** Calls of 1, 2, ... 100 microseconds. */
function hundredCalls(): CallStatistics {
  const statistics = new CallStatistics();
  const nr = syscallNumber('read')!;
  for (let i = 1; i <= 100; i++) statistics.add({ nr, errno: i > 90 ? 5 : 0, duration: i / 1e6, returned: true });
  statistics.add({ nr, errno: 0, duration: 9, returned: false });
  return statistics;
}

it('counts calls as strace -c does', () => {
  expect(countTable(COUNTED, STYLE)).toBe(
    `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 75.00    0.000300          30        10         7 openat
 25.00    0.000100          25         4           close
  0.00    0.000000           0         3           brk
------ ----------- ----------- --------- --------- ----------------
100.00    0.000400          23        17         7 total
`,
  );
});

it('has the columns and the order that were asked for, and takes off the overhead', () => {
  const style: CountStyle = {
    ...STYLE,
    sortBy: 'calls',
    columns: ['name', 'calls', 'total-time'],
    overheadSeconds: 1e-5,
  };
  expect(countTable(COUNTED, style)).toBe(
    `syscall              calls     seconds
---------------- --------- -----------
openat                  10    0.000200
close                    4    0.000060
brk                      3    0.000000
---------------- --------- -----------
total                   17    0.000260
`,
  );
});

describe('with percentiles', () => {
  it('are the time that so many of the calls took at most, within 3 %', () => {
    const [read] = hundredCalls().totals();
    expect(read).toMatchObject({ calls: 100, errors: 10, shortest: 1e-6, longest: 1e-4 });
    for (const percent of [50, 75, 90, 99]) {
      expect(read!.percentile(percent / 100) / (percent / 1e6)).toBeGreaterThanOrEqual(1);
      expect(read!.percentile(percent / 100) / (percent / 1e6)).toBeLessThan(1.035);
    }
    expect(read!.percentile(1)).toBe(1e-4);
  });

  it('stand before the name', () => {
    const [header] = countTable(hundredCalls().totals(), { ...STYLE, extended: true }).split('\n');
    expect(header).toMatch(/errors +p50 +p75 +p90 +p95 +p99 syscall$/);
  });

  it('need the calls one by one, as the shortest and the longest time do', () => {
    expect(needsEvents(STYLE)).toBe(false);
    expect(needsEvents({ ...STYLE, extended: true })).toBe(true);
    expect(needsEvents({ ...STYLE, columns: ['min-time'] })).toBe(true);
    expect(needsEvents({ ...STYLE, sortBy: 'max-time' })).toBe(true);
  });
});
