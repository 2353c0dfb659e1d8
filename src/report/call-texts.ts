import type { SyscallEntryEvent, SyscallExitEvent } from '../model/trace-event.ts';
import { formatEntry, formatRest, formatResult, hasRest } from '../syscalls/format-call.ts';
import { callName, syscallNumber } from '../syscalls/syscall-table.ts';
import type { StraceTextOptions } from './strace-text-options.ts';
import { secondsText } from './timestamps.ts';

const DEFAULT_COLUMN = 40;
const RESTART_SYSCALL = syscallNumber('restart_syscall')!;
/** The kernel's own word for a call that restart_syscall goes on with. */
const ERESTART_RESTARTBLOCK = 516;

const BLANKS: readonly string[] = Array.from({ length: DEFAULT_COLUMN }, (_, length) => ' '.repeat(length));

/** The text of calls that are alike: at their entry, or from a column on when they have come back. */
interface KnownText {
  readonly fingerprint: number;
  readonly column: number;
  readonly text: string;
}

/** What stands in a line of a call: up to what is known at its entry, and from there on. */
export class CallTexts {
  readonly #options: StraceTextOptions;
  readonly #column: number;
  /** What each task did when it was interrupted, which restart_syscall goes on with. */
  readonly #interrupted = new Map<number, string>();
  /** Texts of the last call of each number. */
  readonly #starts: (KnownText | undefined)[] = [];
  readonly #ends: (KnownText | undefined)[] = [];

  constructor(options: StraceTextOptions) {
    this.#options = options;
    this.#column = options.column ?? DEFAULT_COLUMN;
  }

  entry(event: SyscallEntryEvent | SyscallExitEvent): string {
    // What is known of a call at its exit is more than its entry was compared by.
    const fingerprint = event.kind === 'syscall-entry' ? event.fingerprint : undefined;
    const known = this.#starts[event.nr];
    if (fingerprint !== undefined && known?.fingerprint === fingerprint) return known.text;
    const text = `${callName(event)}(${formatEntry(event, this.#options)}`;
    const resumed = event.nr === RESTART_SYSCALL ? this.#interrupted.get(event.tid) : undefined;
    if (resumed !== undefined) return text.replace('system call', resumed);
    if (fingerprint !== undefined) this.#starts[event.nr] = { fingerprint, column: 0, text };
    return text;
  }

  /** From a call's exit on, behind `column` characters of its line. */
  exit(event: SyscallExitEvent, column: number): string {
    return event.returned ? this.#returned(event, column) : this.#unreturned(event, column);
  }

  /** A call has come back: if it was interrupted, its task may go on with it. */
  cameBack(event: SyscallExitEvent): void {
    if (event.errno === ERESTART_RESTARTBLOCK && event.nr !== RESTART_SYSCALL) {
      this.#interrupted.set(event.tid, callName(event));
    }
  }

  /** A task has ended. */
  forget(tid: number): void {
    this.#interrupted.delete(tid);
  }

  #returned(event: SyscallExitEvent, column: number): string {
    const { callTimes } = this.#options;
    const time = callTimes === undefined ? '' : ` <${secondsText(event.duration, callTimes)}>`;
    return `${this.#end(event, column)}${time}`;
  }

  #end(event: SyscallExitEvent, column: number): string {
    const { fingerprint, nr } = event;
    const known = this.#ends[nr];
    if (fingerprint !== undefined && known?.fingerprint === fingerprint && known.column === column) return known.text;
    const marks = `${injectedMark(event)}${event.delayed ? ' (DELAYED)' : ''}`;
    const rest = this.#toColumn(`${formatRest(event, this.#options)})`, column);
    const text = `${rest}= ${formatResult(event, this.#options)}${marks}`;
    if (fingerprint !== undefined) this.#ends[nr] = { fingerprint, column, text };
    return text;
  }

  /** The task ended inside the call. */
  #unreturned(event: SyscallExitEvent, column: number): string {
    const text = hasRest(event) ? ' <unfinished ...>)' : ')';
    return `${this.#toColumn(text, column)}= ?`;
  }

  /** The end of a call, filled up with blanks to the column of the equals sign. */
  #toColumn(text: string, column: number): string {
    const missing = this.#column - column - text.length - 1;
    return missing > 0 ? `${text} ${BLANKS[missing] ?? ' '.repeat(missing)}` : `${text} `;
  }
}

/** As strace: what was injected is named if it is not the result alone. */
function injectedMark({ injected, poked }: SyscallExitEvent): string {
  if (poked) return injected ? ' (INJECTED: args, retval)' : ' (INJECTED: args)';
  return injected ? ' (INJECTED)' : '';
}
