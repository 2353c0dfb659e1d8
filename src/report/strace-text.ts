import type {
  EventBase,
  ExecSupersedeEvent,
  Located,
  SyscallAbi,
  SyscallEntryEvent,
  SyscallExitEvent,
  TaskEndEvent,
  TraceEvent,
} from '../model/trace-event.ts';
import { dumpedData } from '../syscalls/dumped-data.ts';
import { formatSiginfo } from '../syscalls/format-call.ts';
import { signalName } from '../syscalls/signals.ts';
import { callName } from '../syscalls/syscall-table.ts';
import { CallTexts } from './call-texts.ts';
import { hexDump } from './hex-dump.ts';
import { LinePrefixes } from './line-prefixes.ts';
import { painted } from './painted-trace.ts';
import { stackLines } from './stack-lines.ts';
import type { QuietMessage, StraceTextOptions } from './strace-text-options.ts';
import { Timestamps } from './timestamps.ts';

const MODES: Readonly<Record<SyscallAbi, string>> = { x86_64: '64 bit', i386: '32 bit', x32: 'x32' };

/** A line that has been begun and not ended. `written` is how much of it has gone out. */
interface OpenLine {
  readonly tid: number;
  readonly text: string;
  written: number;
}

/**
 * Events as strace's text. A call whose return follows its entry makes one line; if something else comes between, the
 * line is cut short with `<unfinished ...>` and taken up again with `<... name resumed>`.
 */
export class StraceText {
  readonly #options: StraceTextOptions;
  readonly #texts: CallTexts;
  readonly #prefixes: LinePrefixes;
  /** The tasks in a call whose line was cut short. */
  readonly #unfinished = new Set<number>();
  /** Tasks that were born and have done nothing yet. */
  readonly #newborn = new Set<number>();
  /** The number of each task's last call. */
  readonly #numbers = new Map<number, number>();
  /** Tasks whose last call was by another table than x86-64's. */
  readonly #abis = new Map<number, SyscallAbi>();
  readonly #timestamps: Timestamps | undefined;
  #line: OpenLine | undefined;

  constructor(options: StraceTextOptions) {
    this.#options = options;
    const { absolute, relative } = options.timestamps ?? {};
    this.#timestamps = absolute || relative ? new Timestamps({ absolute, relative }) : undefined;
    this.#texts = new CallTexts(options);
    this.#prefixes = new LinePrefixes(options);
  }

  /** Prints an event. It is not kept. */
  event(event: TraceEvent): void {
    if (event.kind === 'task-start' || !this.#prefixes.knows(event.tid)) this.#prefixes.joined(event.tid);
    if (this.#options.processNames && 'captured' in event) this.#prefixes.rename(event);
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
        this.#prefixes.inheritName(event);
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
    if (event.kind === 'syscall-exit') this.#prefixes.rename(event);
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
    this.#prefixes.left(formerTid);
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
    this.#begin(event, this.#texts.entry(event));
  }

  #exit(event: SyscallExitEvent): void {
    if (this.#line?.tid !== event.tid) {
      const resumed = this.#unfinished.delete(event.tid);
      if (resumed && event.detached) return;
      if (resumed) this.#begin(event, `<... ${callName(event)} resumed>`);
      // What is told of a call when it has come back is told at the time at which it began.
      else this.#begin(event, this.#texts.entry(event), event.time - event.duration);
    }
    this.#texts.cameBack(event);
    // What ends its line is that the task was let go, which is told next.
    if (event.detached) return;
    this.#finish(this.#texts.exit(event, this.#line!.text.length));
    const { dumps } = this.#options;
    const data = dumps && event.abi === 'x86_64' && event.returned ? dumpedData(event, dumps) : undefined;
    if (data) this.#options.write(hexDump(data));
    this.#stack(event);
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
    this.#prefixes.left(tid);
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
    this.#texts.forget(event.tid);
    this.#prefixes.forget(event.tid);
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
    let before = this.#prefixes.of(event.tid);
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
}

/** An event that no code of the task made has none. */
function instructionPointer({ instructionPointer: address }: Located): string {
  return `[${address === undefined ? '????????????????' : address.toString(16).padStart(16, '0')}] `;
}
