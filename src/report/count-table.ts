import type { CallTotals } from './call-statistics.ts';

/** What a row may be made of. The times and percentiles of {@link CallTotals} are known where the calls were seen as events. */
export type CountedCalls = Pick<CallTotals, 'nr' | 'name' | 'calls' | 'errors' | 'seconds'> &
  Partial<Pick<CallTotals, 'shortest' | 'longest' | 'percentile'>>;

/** The columns by the names that `-U` has for them. */
export const COUNT_COLUMNS = [
  'time-percent',
  'total-time',
  'min-time',
  'max-time',
  'avg-time',
  'calls',
  'errors',
  'name',
] as const;
export type CountColumn = (typeof COUNT_COLUMNS)[number];

export type CountOrder = Exclude<CountColumn, 'time-percent'> | 'nothing';

export interface CountStyle {
  readonly sortBy: CountOrder;
  /** Strace's usual ones if undefined. */
  readonly columns: readonly CountColumn[] | undefined;
  /** Percentiles of the times behind the other columns: `--stats-extended`. */
  readonly extended: boolean;
  /** Taken off the time of each call: `-O`. */
  readonly overheadSeconds: number;
}

const USUAL: readonly CountColumn[] = ['time-percent', 'total-time', 'avg-time', 'calls', 'errors', 'name'];
const PERCENTILES = [50, 75, 90, 95, 99];

interface Column {
  readonly title: string;
  readonly width: number;
  text(row: CountedCalls, all: CountedCalls): string;
}

const seconds = (value: number): string => value.toFixed(6);
const averageMicroseconds = ({ seconds: total, calls }: CountedCalls): number =>
  calls === 0 ? 0 : Math.floor((total * 1e6) / calls);

const COLUMNS: Readonly<Record<CountColumn, Column>> = {
  'time-percent': {
    title: '% time',
    width: 6,
    text: (row, all) => (row === all ? 100 : all.seconds === 0 ? 0 : (100 * row.seconds) / all.seconds).toFixed(2),
  },
  'total-time': { title: 'seconds', width: 11, text: (row) => seconds(row.seconds) },
  'min-time': { title: 'shortest', width: 8, text: (row) => seconds(row.shortest ?? 0) },
  'max-time': { title: 'longest', width: 8, text: (row) => seconds(row.longest ?? 0) },
  'avg-time': { title: 'usecs/call', width: 11, text: (row) => String(averageMicroseconds(row)) },
  calls: { title: 'calls', width: 9, text: (row) => String(row.calls) },
  errors: { title: 'errors', width: 9, text: (row) => (row.errors === 0 ? '' : String(row.errors)) },
  name: { title: 'syscall', width: 16, text: (row) => row.name },
};

function percentileColumn(percent: number): Column {
  const text = (row: CountedCalls): string => (row.percentile ? seconds(row.percentile(percent / 100)) : '');
  return { title: `p${percent}`, width: 8, text };
}

/** Which columns need the calls one by one, not just their sums. */
export function needsEvents({ columns, extended, sortBy }: CountStyle): boolean {
  const names: readonly string[] = [...(columns ?? USUAL), sortBy];
  return extended || names.includes('min-time') || names.includes('max-time');
}

/** Calls by name as `strace -c` prints them. The time is wall time, as with `strace -c -w`. */
export function countTable(counted: readonly CountedCalls[], style: CountStyle): string {
  const rows = counted.map((row) => ({
    ...row,
    ...(row.percentile && { percentile: (share: number) => row.percentile!(share) }),
    name: row.name,
    seconds: Math.max(row.seconds - row.calls * style.overheadSeconds, 0),
  }));
  rows.sort(ORDERS[style.sortBy]);
  const all = total(rows);
  const names = style.columns ?? USUAL;
  const columns = names.map((name) => COLUMNS[name]);
  if (style.extended)
    columns.splice(columns.at(-1)?.title === 'syscall' ? -1 : columns.length, 0, ...PERCENTILES.map(percentileColumn));
  const rule = columns.map(({ width }) => '-'.repeat(width)).join(' ');
  const line = (text: (column: Column) => string): string =>
    columns
      .map((column, i) => {
        if (column.title !== 'syscall') return text(column).padStart(column.width);
        return i === columns.length - 1 ? text(column) : text(column).padEnd(column.width);
      })
      .join(' ');
  const lines = rows.map((row) => line((column) => column.text(row, all)));
  return `${[line(({ title }) => title), rule, ...lines, rule, line((column) => column.text(all, all))].join('\n')}\n`;
}

const ORDERS: Readonly<Record<CountOrder, (a: CountedCalls, b: CountedCalls) => number>> = {
  'total-time': (a, b) => b.seconds - a.seconds,
  'min-time': (a, b) => (b.shortest ?? 0) - (a.shortest ?? 0),
  'max-time': (a, b) => (b.longest ?? 0) - (a.longest ?? 0),
  'avg-time': (a, b) => averageMicroseconds(b) - averageMicroseconds(a),
  calls: (a, b) => b.calls - a.calls,
  errors: (a, b) => b.errors - a.errors,
  name: (a, b) => (a.name < b.name ? -1 : 1),
  nothing: () => 0,
};

function total(rows: readonly CountedCalls[]): CountedCalls {
  const sum = (field: 'calls' | 'errors' | 'seconds'): number => rows.reduce((so, row) => so + row[field], 0);
  return {
    nr: -1,
    name: 'total',
    calls: sum('calls'),
    errors: sum('errors'),
    seconds: sum('seconds'),
    shortest: rows.reduce(
      (least, row) => Math.min(least, row.shortest ?? 0),
      rows.length > 0 ? Number.POSITIVE_INFINITY : 0,
    ),
    longest: rows.reduce((most, row) => Math.max(most, row.longest ?? 0), 0),
  };
}
