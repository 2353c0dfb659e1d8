import type { TraceEvent } from '../model/trace-event.ts';
import { StraceText } from '../report/strace-text.ts';
import type { StraceTextOptions } from '../report/strace-text-options.ts';
import { OwnOutput } from './own-output.ts';

interface OneTrace {
  readonly text: StraceText;
  readonly output: OwnOutput;
}

/** Traces of one task each: `-ff -o FILE` writes FILE.PID. A task that comes back under another id (execve) changes files. */
export class SeparateTraces {
  readonly #file: string;
  readonly #append: boolean;
  readonly #options: Omit<StraceTextOptions, 'write' | 'followed' | 'toFile'>;
  readonly #traces = new Map<number, OneTrace>();

  constructor(file: string, append: boolean, options: Omit<StraceTextOptions, 'write' | 'followed' | 'toFile'>) {
    this.#file = file;
    this.#append = append;
    this.#options = options;
  }

  event(event: TraceEvent): void {
    const { text } = this.#of(event.tid);
    text.event(event);
    if (event.kind === 'task-end' || event.kind === 'task-detach') this.#close(event.tid);
    if (event.kind === 'exec-supersede') {
      if (this.#traces.get(event.formerTid)?.text.changesPid(event.formerTid, event.tid)) text.resumes(event.tid);
      this.#close(event.formerTid);
    }
  }

  named(event: TraceEvent): void {
    this.#traces.get(event.tid)?.text.named(event);
  }

  idle(): void {
    for (const { text, output } of this.#traces.values()) {
      text.idle();
      output.flush();
    }
  }

  end(): void {
    for (const tid of [...this.#traces.keys()]) this.#close(tid);
  }

  #of(tid: number): OneTrace {
    let trace = this.#traces.get(tid);
    if (!trace) {
      const output = new OwnOutput(`${this.#file}.${tid}`, this.#append);
      const write = (text: string): void => output.write(text);
      trace = { output, text: new StraceText({ ...this.#options, write, followed: false, toFile: true }) };
      this.#traces.set(tid, trace);
    }
    return trace;
  }

  #close(tid: number): void {
    const trace = this.#traces.get(tid);
    if (!trace) return;
    this.#traces.delete(tid);
    trace.text.end();
    void trace.output.close();
  }
}
