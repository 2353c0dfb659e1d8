import { LABEL } from '../model/capture.ts';
import type {
  EventBase,
  ExecSupersedeEvent,
  Located,
  SyscallAbi,
  SyscallEntryEvent,
  SyscallExitEvent,
  TaskEndEvent,
  TaskStartEvent,
  TraceEvent,
} from '../model/trace-event.ts';
import type { PrintOptions } from '../syscalls/argument-type.ts';
import { dumpedData } from '../syscalls/dumped-data.ts';
import { formatEntry, formatRest, formatResult, formatSiginfo, hasRest } from '../syscalls/format-call.ts';
import { escaped } from '../syscalls/quoted-text.ts';
import { signalName } from '../syscalls/signals.ts';
import { callName, syscallNumber } from '../syscalls/syscall-table.ts';
import { hexDump } from './hex-dump.ts';
import { painted } from './painted-trace.ts';
import { stackLines } from './stack-lines.ts';
import { type Precision, secondsText, type TimestampStyle, Timestamps } from './timestamps.ts';

export interface StraceTextOptions extends PrintOptions {
  /** Takes whole lines, and now and then the beginning of one. */
  write(text: string): void;
  /** Takes what is told of tasks in Renacer's own name, whole lines; {@link write} by default. */
  tell?(text: string): void;
  /** That name. */
  readonly program?: string | undefined;
  /** True under `-f`. */
  readonly followed: boolean;
  /** True if the lines go to a file (`-o`): then the prefix is `123 `, and stands on every line under `-f`. */
  readonly toFile: boolean;
  /** The id of the task before every line, in the form of a file: `--always-show-pid`. */
  readonly alwaysPid?: boolean | undefined;
  /** In colours, for a terminal. */
  readonly painted?: boolean | undefined;
  /** The column of the equals sign; strace's is 40. */
  readonly column?: number | undefined;
  /** Times before each line. */
  readonly timestamps?: TimestampStyle | undefined;
  /** The time that each call took, behind it. */
  readonly callTimes?: Precision | undefined;
  /** The number of the call before it. */
  readonly numbers?: boolean | undefined;
  /** The address of the code that made the call, before it. */
  readonly instructionPointers?: boolean | undefined;
  /** The signals that are told of, and whose ends of tasks. */
  readonly signals?: ((signal: number) => boolean) | undefined;
  /** What is not told. */
  readonly quiet?: ReadonlySet<QuietMessage> | undefined;
}

/** That a task is traced from now on, how it ended, that execve took over a leader's id; which table a task calls by. */
export type QuietMessage = 'attach' | 'exit' | 'thread-execve' | 'personality' | 'path-resolution';

const DEFAULT_COLUMN = 40;
const RESTART_SYSCALL = syscallNumber('restart_syscall')!;
/** The kernel's own word for a call that restart_syscall goes on with. */
const ERESTART_RESTARTBLOCK = 516;

const MODES: Readonly<Record<SyscallAbi, string>> = { x86_64: '64 bit', i386: '32 bit', x32: 'x32' };

/** A line that has been begun and not ended. `written` is how much of it has gone out. */
interface OpenLine {
  readonly tid: number;
  readonly text: string;
  written: number;
}

/** The text of calls that are alike: at their entry, or from a column on when they have come back. */
interface KnownText {
  readonly fingerprint: number;
  readonly column: number;
  readonly text: string;
}

/**
 * Events as strace's text. A call whose return follows its entry makes one line; if something else comes between, the
 * line is cut short with `<unfinished ...>` and taken up again with `<... name resumed>`.
 */
export class StraceText {
  readonly #options: StraceTextOptions;
  readonly #column: number;
  readonly #living = new Set<number>();
  /** The tasks in a call whose line was cut short. */
  readonly #unfinished = new Set<number>();
  /** Tasks that were born and have done nothing yet. */
  readonly #newborn = new Set<number>();
  /** The number of each task's last call. */
  readonly #numbers = new Map<number, number>();
  /** Tasks whose last call was by another table than x86-64's. */
  readonly #abis = new Map<number, SyscallAbi>();
  /** What each task did when it was interrupted, which restart_syscall goes on with. */
  readonly #interrupted = new Map<number, string>();
  /** The name of each task, where those are known. */
  readonly #names = new Map<number, string>();
  readonly #timestamps: Timestamps | undefined;
  #line: OpenLine | undefined;
  /** Texts of the last call of each number. */
  readonly #starts: (KnownText | undefined)[] = [];
  readonly #ends: (KnownText | undefined)[] = [];
  /** Whose line it is, as it stands before the lines of the task that was last. */
  #prefixTid = 0;
  #prefixText = '';

  constructor(options: StraceTextOptions) {
    this.#options = options;
    const { absolute, relative } = options.timestamps ?? {};
    this.#timestamps = absolute || relative ? new Timestamps({ absolute, relative }) : undefined;
    this.#column = options.column ?? DEFAULT_COLUMN;
  }

  /** Prints an event. It is not kept. */
  event(event: TraceEvent): void {
    if (event.kind === 'task-start' || !this.#living.has(event.tid)) this.#joined(event.tid);
    if (this.#options.processNames && 'captured' in event) this.#rename(event);
    if ('abi' in event && event.abi !== (this.#abis.get(event.tid) ?? 'x86_64')) this.#changedAbi(event);
    if (this.#newborn.size > 0 && this.#newborn.delete(event.tid)) this.#attached(event);
    switch (event.kind) {
      case 'syscall-entry':
        this.#entry(event);
        break;
      case 'syscall-exit':
        this.#exit(event);
        break;
      case 'signal':
        this.#whole(event, `--- ${signalName(event.signal)} ${formatSiginfo(event.siginfo, this.#options)} ---`);
        this.#stack(event);
        break;
      case 'group-stop':
        this.#whole(event, `--- stopped by ${signalName(event.signal)} ---`);
        this.#stack(event);
        break;
      case 'task-end':
        this.#taskEnd(event);
        break;
      case 'exec-supersede':
        this.#supersede(event);
        break;
      case 'task-start': {
        this.#inheritName(event);
        const isSeen = event.lineage !== '0' && event.attached !== true;
        if (this.#tells('attach') && isSeen) this.#newborn.add(event.tid);
        break;
      }
      case 'task-detach':
        this.#detached(event);
        break;
    }
  }

  /** Takes from a call that is not printed what its task is called from now on. */
  named(event: TraceEvent): void {
    if (event.kind === 'syscall-exit') this.#rename(event);
  }

  /** Nothing more is there for now: shows the call that a task is blocked in, as far as it is known. */
  idle(): void {
    const line = this.#line;
    if (line === undefined || line.written === line.text.length) return;
    this.#writeText(line.text.slice(line.written));
    line.written = line.text.length;
  }

  /** A task that calls execve has another id from now on. True if its call is open, and goes on under that id. */
  changesPid(formerTid: number, tid: number): boolean {
    if (this.#line?.tid === formerTid) {
      this.#unfinished.add(formerTid);
      this.#finish(` <pid changed to ${tid} ...>`);
    }
    this.#left(formerTid);
    return this.#unfinished.delete(formerTid);
  }

  /** A task is in a call whose beginning stands elsewhere, or under another id. */
  resumes(tid: number): void {
    this.#unfinished.add(tid);
  }

  /** Nothing more will come. */
  end(): void {
    this.#interrupt();
  }

  #entry(event: SyscallEntryEvent): void {
    this.#begin(event, this.#entryText(event));
  }

  #exit(event: SyscallExitEvent): void {
    if (this.#line?.tid !== event.tid) {
      const resumed = this.#unfinished.delete(event.tid);
      if (resumed && event.detached) return;
      if (resumed) this.#begin(event, `<... ${callName(event)} resumed>`);
      // What is told of a call when it has come back is told at the time at which it began.
      else this.#begin(event, this.#entryText(event), event.time - event.duration);
    }
    if (event.errno === ERESTART_RESTARTBLOCK && event.nr !== RESTART_SYSCALL) {
      this.#interrupted.set(event.tid, callName(event));
    }
    // What ends its line is that the task was let go, which is told next.
    if (event.detached) return;
    this.#finish(event.returned ? this.#returned(event) : this.#unreturned(event));
    const { dumps } = this.#options;
    const data = dumps && event.abi === 'x86_64' && event.returned ? dumpedData(event, dumps) : undefined;
    if (data) this.#options.write(hexDump(data));
    this.#stack(event);
  }

  /** With `-Y` each line has the name of its task: a call knows it, and other lines have that of the last call. */
  #rename({ tid, captured }: SyscallEntryEvent | SyscallExitEvent): void {
    const name = captured.label(LABEL.process, tid, 'exit') ?? captured.label(LABEL.process, tid, 'entry');
    if (name === undefined) return;
    const text = escaped(name, this.#options.strings).replace(/[<>]/g, (bracket) =>
      bracket === '<' ? '\\74' : '\\76',
    );
    if (this.#names.get(tid) === text) return;
    this.#names.set(tid, text);
    this.#prefixTid = 0;
  }

  #entryText(event: SyscallEntryEvent | SyscallExitEvent): string {
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

  #returned(event: SyscallExitEvent): string {
    const { callTimes } = this.#options;
    const time = callTimes === undefined ? '' : ` <${secondsText(event.duration, callTimes)}>`;
    return `${this.#endText(event)}${time}`;
  }

  #endText(event: SyscallExitEvent): string {
    const { fingerprint, nr } = event;
    const column = this.#line!.text.length;
    const known = this.#ends[nr];
    if (fingerprint !== undefined && known?.fingerprint === fingerprint && known.column === column) return known.text;
    const marks = `${injectedMark(event)}${event.delayed ? ' (DELAYED)' : ''}`;
    const rest = this.#toColumn(`${formatRest(event, this.#options)})`);
    const text = `${rest}= ${formatResult(event, this.#options)}${marks}`;
    if (fingerprint !== undefined) this.#ends[nr] = { fingerprint, column, text };
    return text;
  }

  /** The task ended inside the call. */
  #unreturned(event: SyscallExitEvent): string {
    const text = hasRest(event) ? ' <unfinished ...>)' : ')';
    return `${this.#toColumn(text)}= ?`;
  }

  /** The end of the open line's call, filled up with blanks to the column of the equals sign. */
  #toColumn(text: string): string {
    const missing = this.#column - this.#line!.text.length - text.length - 1;
    return missing > 0 ? `${text} ${BLANKS[missing] ?? ' '.repeat(missing)}` : `${text} `;
  }

  #changedAbi({ tid, abi, time, lineage }: SyscallEntryEvent | SyscallExitEvent): void {
    this.#abis.set(tid, abi);
    if (!this.#tells('personality')) return;
    this.#whole({ tid, time, lineage }, `[ Process PID=${tid} runs in ${MODES[abi]} mode. ]`);
  }

  #attached({ tid }: EventBase): void {
    this.#interrupt();
    this.#tell(`Process ${tid} attached`);
  }

  /** As strace: the message comes in the middle of the call that is open. */
  #detached({ tid }: EventBase): void {
    this.idle();
    if (this.#tells('attach')) this.#tell(`Process ${tid} detached`);
    if (this.#line?.tid === tid) this.#finish(' <detached ...>');
    this.#unfinished.delete(tid);
    this.#numbers.delete(tid);
    this.#left(tid);
  }

  #tell(text: string): void {
    const { tell, write, program = 'renacer' } = this.#options;
    (tell ?? write)(`${program}: ${text}\n`);
  }

  #tells(message: QuietMessage): boolean {
    return this.#options.quiet?.has(message) !== true;
  }

  #taskEnd(event: TaskEndEvent): void {
    const how =
      event.signal === undefined
        ? `exited with ${event.exitStatus}`
        : `killed by ${signalName(event.signal)}${event.coreDumped ? ' (core dumped)' : ''}`;
    const { signals } = this.#options;
    // As strace: a death by a signal is a signal's news, which no -q hides.
    const isTold = event.signal === undefined ? this.#tells('exit') : signals?.(event.signal) !== false;
    if (isTold) this.#whole(event, `+++ ${how} +++`);
    else if (this.#line?.tid === event.tid) this.#interrupt();
    this.#unfinished.delete(event.tid);
    this.#numbers.delete(event.tid);
    this.#abis.delete(event.tid);
    this.#names.delete(event.tid);
    this.#interrupted.delete(event.tid);
    this.#left(event.tid);
  }

  /** Another thread called execve, and has this leader's id from now on: its open call goes on under that id. */
  #supersede(event: ExecSupersedeEvent): void {
    const isInCall = this.changesPid(event.formerTid, event.tid);
    if (this.#tells('thread-execve')) this.#whole(event, `+++ superseded by execve in pid ${event.formerTid} +++`);
    if (isInCall) this.resumes(event.tid);
  }

  #whole(event: EventBase, text: string): void {
    this.#begin(event, text);
    this.#finish('');
  }

  #begin(event: EventBase & Located, text: string, time = event.time): void {
    this.#interrupt();
    let before = this.#prefix(event.tid);
    if (this.#timestamps) before += this.#timestamps.text(time);
    if (this.#options.numbers) before += this.#number(event);
    if (this.#options.instructionPointers) before += instructionPointer(event);
    this.#line = { tid: event.tid, text: before + text, written: 0 };
  }

  /** With `-n` every line of a task has the number of its last call. */
  #number(event: EventBase & { readonly nr?: number }): string {
    if (event.nr !== undefined) this.#numbers.set(event.tid, event.nr);
    return `[${String(this.#numbers.get(event.tid) ?? 0).padStart(4)}] `;
  }

  #finish(text: string): void {
    const line = this.#line!;
    this.#line = undefined;
    this.#writeText(`${line.written === 0 ? line.text : line.text.slice(line.written)}${text}`);
    this.#options.write('\n');
  }

  #writeText(text: string): void {
    this.#options.write(this.#options.painted ? painted(text) : text);
  }

  #stack({ stack }: Located): void {
    if (stack !== undefined) this.#options.write(stackLines(stack));
  }

  #interrupt(): void {
    if (this.#line === undefined) return;
    this.#unfinished.add(this.#line.tid);
    this.#finish(' <unfinished ...>');
  }

  /** A new task has the name of its parent. */
  #inheritName({ tid, parentTid }: TaskStartEvent): void {
    const name = this.#names.get(parentTid);
    if (name !== undefined) this.#names.set(tid, name);
  }

  #joined(tid: number): void {
    this.#living.add(tid);
    this.#prefixTid = 0;
  }

  #left(tid: number): void {
    this.#living.delete(tid);
    this.#prefixTid = 0;
  }

  /** Whose line it is. On a terminal it is said only while there is more than one task. */
  #prefix(tid: number): string {
    if (tid === this.#prefixTid) return this.#prefixText;
    this.#prefixTid = tid;
    this.#prefixText = this.#makePrefix(tid);
    return this.#prefixText;
  }

  #makePrefix(tid: number): string {
    const { followed, toFile, alwaysPid } = this.#options;
    const name = this.#names.get(tid);
    if (alwaysPid || (followed && toFile)) {
      return name === undefined ? `${String(tid).padEnd(5)} ` : `${tid}<${name}> `;
    }
    if (!followed || this.#living.size < 2) return '';
    return `[pid ${String(tid).padStart(5)}${name === undefined ? '' : `<${name}>`}] `;
  }
}

const BLANKS: readonly string[] = Array.from({ length: DEFAULT_COLUMN }, (_, length) => ' '.repeat(length));

/** An event that no code of the task made has none. */
function instructionPointer({ instructionPointer: address }: Located): string {
  return `[${address === undefined ? '????????????????' : address.toString(16).padStart(16, '0')}] `;
}

/** As strace: what was injected is named if it is not the result alone. */
function injectedMark({ injected, poked }: SyscallExitEvent): string {
  if (poked) return injected ? ' (INJECTED: args, retval)' : ' (INJECTED: args)';
  return injected ? ' (INJECTED)' : '';
}
