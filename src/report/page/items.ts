import type { CallGroup, RowKind } from './rows.ts';

/** An event as the page works with it. */
export interface Item {
  /** Its place among all. */
  readonly index: number;
  readonly kind: RowKind;
  /** Microseconds since the first event. */
  readonly time: number;
  readonly lane: Lane;
  readonly name: string;
  readonly text: string;
  readonly result: string;
  readonly error: string;
  /** Microseconds. */
  readonly duration: number;
  readonly group: CallGroup;
  readonly injected: boolean;
  readonly slow: boolean;
  /** A line a function, from the innermost; empty where it was not asked for. */
  readonly stack: string;
  /** What the filter looks into. */
  readonly searched: string;
}

/** A task: one line of the timeline. */
export interface Lane {
  readonly task: string;
  readonly index: number;
  pid: number;
  /** The program that it executed last. */
  program: string;
  start: number;
  end: number;
}
