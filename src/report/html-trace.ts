import { readFileSync } from 'node:fs';
import type { RunResult } from '../model/run-result.ts';
import type { Located, TraceEvent } from '../model/trace-event.ts';
import type { PrintOptions } from '../syscalls/argument-type.ts';
import { SYSCALL_CLASSES } from '../syscalls/classes.ts';
import {
  CALL_GROUPS,
  type CallGroup,
  type PageHeader,
  type PageLine,
  type PageRow,
  ROW_KINDS,
  ROWS_MARK,
  type RowKind,
} from './page/rows.ts';
import { pageEnding } from './page-ending.ts';
import { frameText } from './stack-lines.ts';
import { type TraceRecord, toTraceRecord } from './trace-record.ts';

/**
 * Events as one HTML page with all that it needs inside. The rows are written as they come, so that a long trace takes no
 * memory here, and the script stands before them, so that a page that was cut short can be read too.
 */
export class HtmlTrace {
  readonly #write: (text: string) => void;
  readonly #options: PrintOptions;
  readonly #command: string;
  readonly #tail: string;
  /** The different stacks so far, numbered in their order. */
  readonly #stacks = new Map<string, number>();
  /** The time of the first event, in microseconds. */
  #start: number | undefined;

  /** `command`: as a shell takes it. */
  constructor(write: (text: string) => void, command: string, options: PrintOptions) {
    this.#write = write;
    this.#command = command;
    this.#options = options;
    const page = readFileSync(new URL('./page.html', import.meta.url), 'utf8');
    const [head, tail] = page.split(ROWS_MARK);
    this.#tail = tail!;
    write(head!);
  }

  event(event: TraceEvent): void {
    const record = toTraceRecord(event, this.#options);
    if (record === undefined) return;
    const row = pageRow(record, this.#startAt(record.time));
    if (row) this.#line(this.#withStack(row, event));
  }

  idle(): void {}

  end(result: RunResult): void {
    this.#startAt(0);
    this.#line(pageEnding(result));
    this.#write(this.#tail);
  }

  /** Writes the first line, if this is the first event. */
  #startAt(seconds: number): number {
    if (this.#start === undefined) {
      this.#start = Math.round(seconds * 1e6);
      this.#line({ command: this.#command, start: this.#start } satisfies PageHeader);
    }
    return this.#start;
  }

  #withStack(row: PageRow, { stack }: TraceEvent & Located): PageLine {
    if (stack === undefined) return row;
    const text = stack.map(frameText).join('\n');
    const number = this.#stacks.get(text);
    if (number === undefined) this.#stacks.set(text, this.#stacks.size);
    return [...row, number ?? text];
  }

  #line(value: unknown): void {
    this.#write(`${inScript(value)}\n`);
  }
}

const KIND = indices<RowKind>(ROW_KINDS);
const GROUP = indices<CallGroup>(CALL_GROUPS);

function indices<T extends string>(names: readonly T[]): Readonly<Record<T, number>> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Record<T, number>;
}

/** JSON that can't end the script element that it stands in. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function pageRow(record: TraceRecord, start: number): PageRow | undefined {
  const { task, pid } = record;
  const time = Math.round(record.time * 1e6) - start;
  switch (record.type) {
    case 'syscall': {
      const { name, args, result_text: result, error, duration, injected, poked, delayed } = record;
      const tampered = injected || poked || delayed ? 1 : 0;
      const microseconds = Math.round(duration * 1e9) / 1e3;
      return [
        KIND.call,
        time,
        task,
        pid,
        name,
        args.join(', '),
        result,
        error ?? '',
        microseconds,
        GROUP[groupOf(name)],
        tampered,
      ];
    }
    case 'signal':
      return [
        KIND.signal,
        time,
        task,
        pid,
        record.signal,
        record.info,
        '',
        '',
        0,
        GROUP.signal,
        record.injected ? 1 : 0,
      ];
    case 'stop':
      return [KIND.stop, time, task, pid, record.signal, 'stopped', '', '', 0, GROUP.signal, 0];
    case 'birth': {
      return [KIND.birth, time, task, pid, 'born', originOf(record), '', '', 0, GROUP.process, 0];
    }
    case 'exit': {
      const how = record.signal === null ? `exited with ${record.exit_code}` : `killed by ${record.signal}`;
      return [KIND.exit, time, task, pid, 'ended', how, '', record.signal ?? '', 0, GROUP.process, 0];
    }
    case 'detach':
      return [KIND.exit, time, task, pid, 'detached', 'runs on', '', '', 0, GROUP.process, 0];
    case 'exec-by-thread':
      return undefined;
  }
}

function originOf({ task, thread, parent_pid: parent }: Extract<TraceRecord, { type: 'birth' }>): string {
  if (task === '0') return 'the command';
  return parent === 0 ? 'ran before' : `${thread ? 'thread' : 'process'} of ${parent}`;
}

/** The first of these classes that a call is in says how it is coloured. */
const GROUPS: readonly (readonly [className: string, group: CallGroup])[] = [
  ['network', 'network'],
  ['process', 'process'],
  ['signal', 'signal'],
  ['memory', 'memory'],
  ['file', 'file'],
  ['desc', 'file'],
];
const MEMBERS = GROUPS.map(([name, group]) => [new Set(SYSCALL_CLASSES[name]), group] as const);

function groupOf(name: string): CallGroup {
  return MEMBERS.find(([members]) => members.has(name))?.[1] ?? 'other';
}
