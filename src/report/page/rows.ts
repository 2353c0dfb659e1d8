/** How an event stands in the page: one array a line. It is read by the page itself alone, of the same version. */
export type PageRow = readonly [
  kind: RowKind,
  /** Microseconds since the epoch; of a call, when it was entered. */
  time: number,
  task: string,
  pid: number,
  name: string,
  text: string,
  result: string,
  error: string,
  /** Microseconds. */
  duration: number,
  group: CallGroup,
  injected: 0 | 1,
];

export type RowKind = 'call' | 'signal' | 'stop' | 'birth' | 'exit';

export const CALL_GROUPS = ['file', 'network', 'process', 'memory', 'signal', 'other'] as const;
export type CallGroup = (typeof CALL_GROUPS)[number];

/** Where the rows go in the page. */
export const ROWS_MARK = '<!--rows-->';
