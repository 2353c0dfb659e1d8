import { readFileSync } from 'node:fs';
import path from 'node:path';
import { getRegister, type Ptrace } from '../linux/ptrace.ts';
import { termSignalOf } from '../linux/wait-status.ts';
import type { StackFrame } from '../model/stack-frame.ts';
import { type SignalSender, senderOf } from './signal-sender.ts';
import type { Task } from './task.ts';

/** The signals of signal(7) that dump core, but for SIGQUIT, by which users end programs: a program that dies of one has crashed. */
const CRASH_SIGNALS: ReadonlySet<number> = new Set([4, 5, 6, 7, 8, 11, 24, 25, 31]);
const SIGKILL = 9;

/** Deaths that are kept; of more, the first ones. */
const MAX_DEATHS = 100;

/** What a crash was, beside the signal. */
interface Scene {
  /** The name of the program (/proc/PID/comm). */
  readonly program: string;
  /** The call that it was in; -1 if its own code got the signal. */
  readonly nr: number;
  /** The file that the code is from, and where in it: `libc.so.6+0x9eb2c`. */
  readonly code: string | undefined;
  readonly stack: readonly StackFrame[] | undefined;
}

/** How a process of the tree died of a signal. */
export interface ProcessDeath {
  /** Of the task that the signal came to. */
  readonly lineage: string;
  readonly pid: number;
  readonly signal: number;
  readonly sender: SignalSender;
  /** The tracer had sent it the same signal before, which it handled: it died of it by its own hand. */
  readonly handled: boolean;
  readonly isCommand: boolean;
  /** The call of the task that had stopped last, at which the tracer sent its signals: its number (-1 for none) and ordinal. */
  readonly nr: number;
  readonly ordinal: number;
  /** Undefined if it is no crash: the tracer or another process had sent the signal. */
  readonly crash: Scene | undefined;
}

type Delivered = Pick<ProcessDeath, 'lineage' | 'signal' | 'sender' | 'nr' | 'ordinal' | 'crash'>;

/** Notes which processes died of a signal, and who had sent it: of the command itself, by signals of the tracer, and crashes. */
export class ProcessDeaths {
  readonly all: ProcessDeath[] = [];
  readonly #ptrace: Ptrace;
  /** Where a stopped task is in its program, if that is asked for. */
  stackOf: (task: Task) => readonly StackFrame[] | undefined = () => undefined;
  /** By process: what was delivered last; the signals of the tracer among that; and those that the tracer killed. */
  readonly #last = new Map<number, Delivered>();
  readonly #sent = new Map<number, Map<number, Delivered>>();
  readonly #killed = new Map<number, Delivered>();
  #command: number | undefined;

  constructor(ptrace: Ptrace) {
    this.#ptrace = ptrace;
  }

  started({ tgid }: Task): void {
    this.#command ??= tgid;
  }

  /** At a signal-delivery-stop, before anything was changed. */
  signalled(task: Task, signal: number): void {
    const { lineage, nr, ordinal } = task;
    const sender = senderOf(task, signal, this.#ptrace);
    const isCrash = CRASH_SIGNALS.has(signal) && (sender === 'kernel' || sender === 'itself');
    const crash = isCrash ? this.#scene(task) : undefined;
    const delivered: Delivered = { lineage, nr, ordinal, signal, sender, crash };
    this.#last.set(task.tgid, delivered);
    if (sender !== 'tracer') return;
    const sent = this.#sent.get(task.tgid) ?? new Map<number, Delivered>();
    this.#sent.set(task.tgid, sent.set(signal, delivered));
  }

  /** The tracer kills its process at this call. */
  killed({ tgid, lineage, nr, ordinal }: Task): void {
    if (this.#killed.has(tgid)) return;
    this.#killed.set(tgid, { lineage, nr, ordinal, signal: SIGKILL, sender: 'tracer', crash: undefined });
  }

  ended({ tid, tgid }: Task, status: number): void {
    // The kernel reports the leader last.
    if (tid !== tgid) return;
    const signal = termSignalOf(status);
    if (signal !== 0) this.#died(tgid, signal);
    this.#last.delete(tgid);
    this.#sent.delete(tgid);
    this.#killed.delete(tgid);
  }

  #died(tgid: number, signal: number): void {
    const isCommand = tgid === this.#command;
    const last = signal === SIGKILL ? this.#killed.get(tgid) : this.#last.get(tgid);
    const sent = this.#sent.get(tgid)?.get(signal);
    const cause = sent ?? (last?.signal === signal ? last : undefined);
    if (!cause || !(isCommand || cause.crash || cause.sender === 'tracer')) return;
    const handled = sent !== undefined && last !== sent;
    if (this.all.length < MAX_DEATHS || isCommand) this.all.push({ ...cause, pid: tgid, handled, isCommand });
  }

  #scene(task: Task): Scene {
    const registers = this.#ptrace.registers(task.tid);
    const nr = registers ? Number(BigInt.asIntN(64, getRegister(registers, 'orig_rax'))) : -1;
    return {
      program: programOf(task.tgid),
      nr,
      code: registers && codeAt(task.tgid, getRegister(registers, 'rip')),
      stack: this.stackOf(task),
    };
  }
}

/** Its name may be of any bytes. */
function programOf(pid: number): string {
  return linesOf(`/proc/${pid}/comm`)[0] || String(pid);
}

function codeAt(pid: number, address: bigint): string | undefined {
  for (const line of linesOf(`/proc/${pid}/maps`)) {
    const [, from, to, offset, file] = /^([0-9a-f]+)-([0-9a-f]+) \S+ ([0-9a-f]+) \S+ \d+ *(.*)$/.exec(line) ?? [];
    if (!file || address < BigInt(`0x${from}`) || address >= BigInt(`0x${to}`)) continue;
    return `${path.basename(file)}+0x${(address - BigInt(`0x${from}`) + BigInt(`0x${offset}`)).toString(16)}`;
  }
  return undefined;
}

/** None if the process is gone: it may be killed at any time. */
function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
