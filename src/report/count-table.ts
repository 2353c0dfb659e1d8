import type { SyscallSummary } from '../model/run-result.ts';

const HEADER = '% time     seconds  usecs/call     calls    errors syscall';
const RULE = '------ ----------- ----------- --------- --------- ----------------';

/**
 * Calls by name as `strace -c` prints them, those that took most time first. The time is wall time, as with
 * `strace -c -w`.
 */
export function countTable(summaries: readonly SyscallSummary[]): string {
  const rows = summaries.map(({ name, calls, errors = 0, seconds = 0 }) => ({ name, calls, errors, seconds }));
  rows.sort((a, b) => b.seconds - a.seconds);
  const total: Row = {
    name: 'total',
    calls: sum(rows, 'calls'),
    errors: sum(rows, 'errors'),
    seconds: sum(rows, 'seconds'),
  };
  const share = (seconds: number): number => (total.seconds === 0 ? 0 : (100 * seconds) / total.seconds);
  const lines = rows.map((row) => rowText(row, share(row.seconds)));
  return `${[HEADER, RULE, ...lines, RULE, rowText(total, 100)].join('\n')}\n`;
}

type Row = { readonly [field in keyof SyscallSummary]: NonNullable<SyscallSummary[field]> };

function rowText({ name, calls, errors, seconds }: Row, percent: number): string {
  const microseconds = calls === 0 ? 0 : Math.floor((seconds * 1e6) / calls);
  const columns = [
    percent.toFixed(2).padStart(6),
    seconds.toFixed(6).padStart(11),
    String(microseconds).padStart(11),
    String(calls).padStart(9),
    (errors === 0 ? '' : String(errors)).padStart(9),
  ];
  return `${columns.join(' ')} ${name}`;
}

function sum(rows: readonly Row[], field: 'calls' | 'errors' | 'seconds'): number {
  return rows.reduce((total, row) => total + row[field], 0);
}
