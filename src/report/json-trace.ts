import type { TraceEvent } from '../model/trace-event.ts';
import type { PrintOptions } from '../syscalls/argument-type.ts';
import { TRACE_SCHEMA_VERSION, type TraceHeader, toTraceRecord } from './trace-record.ts';

/** Events as JSON, one object a line (schema/trace.json). */
export class JsonTrace {
  readonly #write: (text: string) => void;
  readonly #options: PrintOptions;

  constructor(write: (text: string) => void, command: readonly string[], options: PrintOptions) {
    this.#write = write;
    this.#options = options;
    this.#line({ type: 'trace', schema_version: TRACE_SCHEMA_VERSION, command: [...command] } satisfies TraceHeader);
  }

  event(event: TraceEvent): void {
    const record = toTraceRecord(event, this.#options);
    if (record) this.#line(record);
  }

  idle(): void {}

  end(): void {}

  #line(value: object): void {
    this.#write(`${JSON.stringify(value)}\n`);
  }
}
