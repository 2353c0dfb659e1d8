/** How an event stands in the page: one array a line. It is read by the page itself alone, of the same version. */
export type PageRow = readonly [
  /** An index of {@link ROW_KINDS}. */
  kind: number,
  /** Microseconds since the time in the first line; of a call, when it was entered. */
  time: number,
  task: string,
  pid: number,
  name: string,
  text: string,
  result: string,
  error: string,
  /** Microseconds. */
  duration: number,
  /** An index of {@link CALL_GROUPS}. */
  group: number,
  injected: 0 | 1,
];

/** A row, and the stack as text; or, if an earlier row has the same, its number among the different ones, from 0. */
export type PageLine = readonly [...row: PageRow, stack?: string | number];

/** The first line: what was run, as a shell takes it, and the microseconds since the epoch that times are counted from. */
export interface PageHeader {
  readonly command: string;
  readonly start: number;
}

/** The last line, if the run came to its end: how it ended, what was injected, and which phases there were. */
export interface PageEnding {
  readonly outcome: string;
  /** `exit status 1 after 0.07 s`. */
  readonly ended: string;
  /** Why it did not survive, in words; empty if it did. */
  readonly why: string;
  /** How to repeat it: undefined where nothing was injected or limited. */
  readonly seed?: number;
  readonly again?: string;
  /** The first ones; `more` were left out. */
  readonly faults: readonly PageFault[];
  readonly more: number;
  readonly phases: readonly PagePhase[];
  readonly probes: readonly PageProbe[];
}

/** A stretch of time with a phase that was on. Times are microseconds since the start of the command. */
export interface PagePhase {
  readonly name: string;
  /** What it was and why it began and ended. */
  readonly text: string;
  readonly from: number;
  /** Undefined: up to the end of the run. */
  readonly to?: number;
}

/** An answer to a probe. */
export interface PageProbe {
  readonly text: string;
  readonly time: number;
  readonly ok: boolean;
}

/** One fault that was injected. Faults of packets are of no task. */
export interface PageFault {
  readonly text: string;
  readonly task?: string;
  /** Of the call or the signal. */
  readonly name?: string;
  /** Microseconds since the start of the command. */
  readonly time: number;
}

export const ROW_KINDS = ['call', 'signal', 'stop', 'birth', 'exit'] as const;
export type RowKind = (typeof ROW_KINDS)[number];

export const CALL_GROUPS = ['file', 'network', 'process', 'memory', 'signal', 'other'] as const;
export type CallGroup = (typeof CALL_GROUPS)[number];

/** Where the rows go in the page. */
export const ROWS_MARK = '<!--rows-->';
