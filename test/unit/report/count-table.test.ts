import { expect, it } from 'vitest';
import { countTable } from '../../../src/report/count-table.ts';

it('counts calls as strace -c does', () => {
  const summaries = [
    { name: 'close', calls: 4, errors: 0, seconds: 0.0001 },
    { name: 'openat', calls: 10, errors: 7, seconds: 0.0003 },
    { name: 'brk', calls: 3, errors: undefined, seconds: undefined },
  ];
  expect(countTable(summaries)).toBe(
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
