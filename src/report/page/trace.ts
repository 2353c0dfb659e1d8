import { type PlacedFault, placeFaults } from './faults.ts';
import type { Item, Lane } from './items.ts';
import { CALL_GROUPS, type PageEnding, type PageHeader, type PageLine, ROW_KINDS } from './rows.ts';

export interface Trace {
  readonly command: string;
  /** How the run ended; undefined in a page that was cut short. */
  readonly ending: PageEnding | undefined;
  readonly faults: readonly PlacedFault[];
  readonly items: readonly Item[];
  readonly lanes: readonly Lane[];
  /** Microseconds from the first to the last event. */
  readonly length: number;
  /** Calls that took so long, in microseconds, are called slow: one in a hundred, and never less than 0.1 ms. */
  readonly slowFrom: number;
}

const LEAST_SLOW = 100;
const SLOW_SHARE = 0.99;

/** Reads the rows of the page; a last line that was cut short is left out. */
export function readTrace(text: string): Trace {
  const lines = text.trim().split('\n');
  const { command } = JSON.parse(lines.shift()!) as PageHeader;
  const ending = lines.at(-1)?.startsWith('{') ? endingOf(lines.pop()!) : undefined;
  let rows: PageLine[];
  try {
    rows = JSON.parse(`[${lines.join(',')}]`) as PageLine[];
  } catch {
    lines.pop();
    rows = JSON.parse(`[${lines.join(',')}]`) as PageLine[];
  }
  const begin = rows.reduce((least, row) => Math.min(least, row[1]), rows[0]?.[1] ?? 0);
  const end = rows.reduce((most, row) => Math.max(most, row[1] + row[8]), begin);
  const slowFrom = slowFromOf(rows);
  const lanes = new Map<string, Lane>();
  const stacks: string[] = [];
  const items = rows.map((row, index): Item => {
    const [kindIndex, at, task, pid, name, text, result, error, duration, group, injected, stackOrNumber = ''] = row;
    const kind = ROW_KINDS[kindIndex]!;
    const time = at - begin;
    const lane = laneOf(lanes, task, pid, time);
    if (kind === 'exit') lane.end = time;
    if (name === 'execve' && error === '') lane.program = /^"(?:[^"]*\/)?([^"/]*)"/.exec(text)?.[1] ?? lane.program;
    const stack = typeof stackOrNumber === 'number' ? stacks[stackOrNumber]! : stackOrNumber;
    if (stack !== '' && stack === stackOrNumber) stacks.push(stack);
    const slow = kind === 'call' && duration >= slowFrom;
    const searched = `${task} ${pid} ${name}(${text}) ${result} ${injected ? 'injected' : ''}`.toLowerCase();
    return {
      index,
      kind,
      time,
      lane,
      name,
      text,
      result,
      error,
      duration,
      group: CALL_GROUPS[group]!,
      injected: injected === 1,
      slow,
      stack,
      searched,
    };
  });
  // What comes back late was entered early: in the order of time, as a reader expects it.
  items.sort((a, b) => a.time - b.time || a.index - b.index);
  for (const lane of lanes.values()) if (lane.end < 0) lane.end = end - begin;
  const faults = placeFaults(ending?.faults ?? [], items, lanes);
  const length = Math.max(end - begin, 1);
  return { command, ending, faults, items, lanes: [...lanes.values()], length, slowFrom };
}

/** Undefined if it was cut short. */
function endingOf(line: string): PageEnding | undefined {
  try {
    return JSON.parse(line) as PageEnding;
  } catch {
    return undefined;
  }
}

function laneOf(lanes: Map<string, Lane>, task: string, pid: number, time: number): Lane {
  let lane = lanes.get(task);
  if (!lane) {
    lane = { task, index: lanes.size, pid, program: '', start: time, end: -1 };
    // A child does what its parent did until it executes something else.
    lane.program = lanes.get(task.replace(/\.[^.]*$/, ''))?.program ?? '';
    lanes.set(task, lane);
  }
  lane.start = Math.min(lane.start, time);
  lane.pid = pid;
  return lane;
}

function slowFromOf(rows: readonly PageLine[]): number {
  const durations = Float64Array.from(rows.filter(([kind]) => ROW_KINDS[kind] === 'call').map((row) => row[8])).sort();
  return Math.max(durations[Math.floor(durations.length * SLOW_SHARE)] ?? 0, LEAST_SLOW);
}

/** Microseconds in the unit that suits them: `0.4 µs`, `12.3 ms`. */
export function span(microseconds: number): string {
  if (microseconds < 1000) return `${digits(microseconds)} µs`;
  if (microseconds < 1e6) return `${digits(microseconds / 1e3)} ms`;
  return `${digits(microseconds / 1e6)} s`;
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
