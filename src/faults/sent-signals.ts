import { readlinkSync } from 'node:fs';
import path from 'node:path';
import { signalDispositions } from '../linux/signals.ts';
import { termSignalOf } from '../linux/wait-status.ts';
import type { SignalFate } from '../model/run-result.ts';
import type { StoppedSignal } from '../tracer/policy.ts';
import type { Task } from '../tracer/task.ts';
import { FirstAndLast } from './first-and-last.ts';
import { signalByName } from './strace-names.ts';

/** A signal that was sent to a task. */
export interface SentSignal {
  readonly rule: string;
  readonly lineage: string;
  readonly tid: number;
  /** The number of the call at which it was sent; -1 before the first. */
  readonly nr: number;
  /** Which of all calls of the task that was. */
  readonly ordinal: number;
  readonly timeMs: number;
  readonly moment: 'call' | 'time';
  readonly signal: string;
  fate: SignalFate;
  /** A remark on how such a program treats this signal, for people. */
  note: string | undefined;
}

/** What a task that does not handle them ignores, and what stops it (signal(7)). */
const HARMLESS: ReadonlySet<string> = new Set(['SIGCHLD', 'SIGCONT', 'SIGURG', 'SIGWINCH']);
const STOPPING: ReadonlySet<string> = new Set(['SIGTSTP', 'SIGTTIN', 'SIGTTOU']);

/** The signals that were sent, and what became of each. */
export class SentSignals {
  readonly all: FirstAndLast<SentSignal> = new FirstAndLast();
  readonly #onSent: (sent: SentSignal) => void;
  readonly #underWay = new Map<Task, SentSignal>();

  /** `onSent` is told of each signal when it is sent, long before its fate is known. */
  constructor(onSent: (sent: SentSignal) => void) {
    this.#onSent = onSent;
  }

  /** A signal is about to be sent. `timeMs`: since the start of the command. */
  log(task: Task, { rule, timeMs, moment, signal }: Pick<SentSignal, 'rule' | 'timeMs' | 'moment' | 'signal'>): void {
    const dispositions = signalDispositions(task.tid);
    const sent: SentSignal = {
      rule,
      lineage: task.lineage,
      tid: task.tid,
      nr: task.nr,
      ordinal: task.calls,
      timeMs,
      moment,
      signal,
      fate: firstFate(dispositions, signalByName(signal)!),
      note: undefined,
    };
    this.all.add(sent);
    this.#onSent(sent);
    if (sent.fate === 'unknown' || sent.fate === 'blocked') this.#underWay.set(task, sent);
  }

  /** A signal arrives: what will the task do with it? */
  onSignal({ task, signal }: StoppedSignal): void {
    const sent = this.#underWay.get(task);
    if (!sent || signalByName(sent.signal) !== signal) return;
    const dispositions = signalDispositions(task.tid);
    if (!dispositions) return;
    if (dispositions.catches(signal)) {
      sent.fate = 'handled';
      if (sent.signal === 'SIGUSR1' && isNode(task.tid)) sent.note = 'Node.js opens its debugger at it';
    } else if (STOPPING.has(sent.signal)) sent.fate = 'unknown';
    else sent.fate = dispositions.ignores(signal) || HARMLESS.has(sent.signal) ? 'ignored' : 'died';
    if (sent.fate !== 'died') this.#underWay.delete(task);
  }

  onTaskEnd(task: Task, status: number): void {
    const sent = this.#underWay.get(task);
    if (!sent) return;
    this.#underWay.delete(task);
    if (termSignalOf(status) === signalByName(sent.signal)) sent.fate = 'died';
  }
}

/** What can be said when the signal is sent: the rest is seen when it arrives. */
function firstFate(dispositions: ReturnType<typeof signalDispositions>, signal: number): SignalFate {
  if (dispositions?.blocks(signal)) return 'blocked';
  if (dispositions?.ignores(signal)) return 'ignored';
  return 'unknown';
}

function isNode(tid: number): boolean {
  try {
    return /^node(js)?$/.test(path.basename(readlinkSync(`/proc/${tid}/exe`)));
  } catch {
    // It is gone, or not ours to look at.
    return false;
  }
}
