import { LABEL } from '../model/capture.ts';
import type { SyscallEntryEvent, SyscallExitEvent, TaskStartEvent } from '../model/trace-event.ts';
import { escaped } from '../syscalls/quoted-text.ts';
import type { StraceTextOptions } from './strace-text-options.ts';

/** What stands before the lines of each task: whose they are. */
export class LinePrefixes {
  readonly #options: StraceTextOptions;
  readonly #living = new Set<number>();
  /** The name of each task, where those are known. */
  readonly #names = new Map<number, string>();
  /** Whose line was last, and what stands before it. */
  #lastTid = 0;
  #lastText = '';

  constructor(options: StraceTextOptions) {
    this.#options = options;
  }

  /** True for a task that is there. */
  knows(tid: number): boolean {
    return this.#living.has(tid);
  }

  /** With `-Y` each line has the name of its task: a call knows it, and other lines have that of the last call. */
  rename({ tid, captured }: SyscallEntryEvent | SyscallExitEvent): void {
    const name = captured.label(LABEL.process, tid, 'exit') ?? captured.label(LABEL.process, tid, 'entry');
    if (name === undefined) return;
    const text = escaped(name, this.#options.strings).replace(/[<>]/g, (bracket) =>
      bracket === '<' ? '\\74' : '\\76',
    );
    if (this.#names.get(tid) === text) return;
    this.#names.set(tid, text);
    this.#lastTid = 0;
  }

  /** A task has ended. */
  forget(tid: number): void {
    this.#names.delete(tid);
    this.left(tid);
  }

  /** A new task has the name of its parent. */
  inheritName({ tid, parentTid }: TaskStartEvent): void {
    const name = this.#names.get(parentTid);
    if (name !== undefined) this.#names.set(tid, name);
  }

  joined(tid: number): void {
    this.#living.add(tid);
    this.#lastTid = 0;
  }

  left(tid: number): void {
    this.#living.delete(tid);
    this.#lastTid = 0;
  }

  /** Whose line it is. On a terminal it is said only while there is more than one task. */
  of(tid: number): string {
    if (tid === this.#lastTid) return this.#lastText;
    this.#lastTid = tid;
    this.#lastText = this.#make(tid);
    return this.#lastText;
  }

  #make(tid: number): string {
    const { followed, toFile, alwaysPid } = this.#options;
    const name = this.#names.get(tid);
    if (alwaysPid || (followed && toFile)) {
      return name === undefined ? `${String(tid).padEnd(5)} ` : `${tid}<${name}> `;
    }
    if (!followed || this.#living.size < 2) return '';
    return `[pid ${String(tid).padStart(5)}${name === undefined ? '' : `<${name}>`}] `;
  }
}
