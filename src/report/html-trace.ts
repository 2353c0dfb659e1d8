import { readFileSync } from 'node:fs';
import type { TraceEvent } from '../model/trace-event.ts';
import type { PrintOptions } from '../syscalls/argument-type.ts';
import { SYSCALL_CLASSES } from '../syscalls/classes.ts';
import { type CallGroup, type PageRow, ROWS_MARK } from './page/rows.ts';
import { type TraceRecord, toTraceRecord } from './trace-record.ts';

/**
 * Events as one HTML page with all that it needs inside. The rows are written as they come, so that a long trace takes no
 * memory here, and the script stands before them, so that a page that was cut short can be read too.
 */
export class HtmlTrace {
  readonly #write: (text: string) => void;
  readonly #options: PrintOptions;
  readonly #tail: string;

  constructor(write: (text: string) => void, command: readonly string[], options: PrintOptions) {
    this.#write = write;
    this.#options = options;
    const page = readFileSync(new URL('./page.html', import.meta.url), 'utf8');
    const [head, tail] = page.split(ROWS_MARK);
    this.#tail = tail!;
    write(`${head}${inScript({ command })}\n`);
  }

  event(event: TraceEvent): void {
    const record = toTraceRecord(event, this.#options);
    const row = record && pageRow(record);
    if (row) this.#write(`${inScript(row)}\n`);
  }

  idle(): void {}

  end(): void {
    this.#write(this.#tail);
  }
}

/** JSON that can't end the script element that it stands in. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function pageRow(record: TraceRecord): PageRow | undefined {
  const { task, pid } = record;
  const time = Math.round(record.time * 1e6);
  switch (record.type) {
    case 'syscall': {
      const { name, args, result_text: result, error, duration, injected, poked, delayed } = record;
      const tampered = injected || poked || delayed ? 1 : 0;
      const microseconds = Math.round(duration * 1e9) / 1e3;
      return [
        'call',
        time,
        task,
        pid,
        name,
        args.join(', '),
        result,
        error ?? '',
        microseconds,
        groupOf(name),
        tampered,
      ];
    }
    case 'signal':
      return ['signal', time, task, pid, record.signal, record.info, '', '', 0, 'signal', record.injected ? 1 : 0];
    case 'stop':
      return ['stop', time, task, pid, record.signal, 'stopped', '', '', 0, 'signal', 0];
    case 'birth': {
      const what = `${record.thread ? 'thread' : 'process'} of ${record.parent_pid}`;
      return ['birth', time, task, pid, 'born', what, '', '', 0, 'process', 0];
    }
    case 'exit': {
      const how = record.signal === null ? `exited with ${record.exit_code}` : `killed by ${record.signal}`;
      return ['exit', time, task, pid, 'ended', how, '', record.signal ?? '', 0, 'process', 0];
    }
    case 'exec-by-thread':
      return undefined;
  }
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
