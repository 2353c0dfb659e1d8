import type { Located, TraceEvent } from '../model/trace-event.ts';
import type { PrintOptions } from '../syscalls/argument-type.ts';
import { frameText } from './stack-lines.ts';
import { type TraceRecord, toTraceRecord } from './trace-record.ts';

const COLUMNS = ['time', 'task', 'pid', 'type', 'name', 'text', 'result', 'error', 'duration_us', 'injected', 'stack'];

/**
 * Events as CSV (RFC 4180) with a line of headings, for spreadsheets. No cell begins with a sign that a spreadsheet would
 * take for a formula (text is a call, `{`, or a word), and a task `t0.10` is not the number 0.1.
 */
export class CsvTrace {
  readonly #write: (text: string) => void;
  readonly #options: PrintOptions;

  constructor(write: (text: string) => void, options: PrintOptions) {
    this.#write = write;
    this.#options = options;
    this.#row(COLUMNS);
  }

  event(event: TraceEvent): void {
    const record = toTraceRecord(event, this.#options);
    if (!record) return;
    const stack = stackCell(event);
    this.#row([record.time.toFixed(6), `t${record.task}`, record.pid, record.type, ...cells(record), stack]);
  }

  idle(): void {}

  end(): void {}

  #row(values: readonly (string | number | boolean)[]): void {
    this.#write(`${values.map(cell).join(',')}\r\n`);
  }
}

/** On one line, from the innermost function. */
function stackCell(event: TraceEvent & Located): string {
  return event.stack?.map(frameText).join(' < ') ?? '';
}

/** The columns from `name` to `injected`. */
function cells(record: TraceRecord): (string | number | boolean)[] {
  switch (record.type) {
    case 'syscall': {
      const { name, args, raw_result, error, duration, injected } = record;
      const result = raw_result === null ? '' : String(BigInt.asIntN(64, BigInt(raw_result)));
      return [name, `${name}(${args.join(', ')})`, result, error ?? '', (duration * 1e6).toFixed(3), injected];
    }
    case 'signal':
      return [record.signal, record.info, '', '', '', record.injected];
    case 'stop':
      return [record.signal, 'stopped', '', '', '', false];
    case 'birth':
      return ['', `${record.thread ? 'thread' : 'process'} of ${record.parent_pid}`, '', '', '', false];
    case 'detach':
      return ['', 'detached', '', '', '', false];
    case 'exec-by-thread':
      return ['', `execve in thread ${record.former_pid}`, '', '', '', false];
    case 'exit':
      return [record.signal ?? '', record.signal ? 'killed' : 'exited', record.exit_code ?? '', '', '', false];
  }
}

function cell(value: string | number | boolean): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
