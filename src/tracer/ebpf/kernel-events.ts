import type { BpfRingBuffer } from '../../linux/bpf-ring-buffer.ts';
import { toEpochSeconds } from '../../linux/clock.ts';
import type { NativeMemory } from '../../linux/memory.ts';
import { ArgWords } from '../../model/arg-words.ts';
import type { SignalEvent, SyscallEntryEvent, SyscallExitEvent, TraceEvent } from '../../model/trace-event.ts';
import { CallFingerprints } from '../call-fingerprints.ts';
import { CapturedInRecords } from '../captured-in-records.ts';
import { endOf } from '../end-of-task.ts';
import { PendingCall } from '../pending-call.ts';
import { ABIS } from '../record.ts';
import { ABI, CALL, KERNEL_KIND, KERNEL_RECORD, KERNEL_SIGINFO_BYTES, RECORD_FLAG } from './layout.ts';
import { type TaskEnd, ThreadGroups } from './thread-groups.ts';

const TWO_32 = 2 ** 32;
const SIGINFO_BYTES = 128;
const MAX_ERRNO = 4095;
const ROOT = '0';
/** Of a record's first word. */
const KILLED = RECORD_FLAG.killed << 16;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface TaskLine {
  readonly lineage: string;
  forks: number;
  /** The call that it is in, if its entry has been told. */
  pending: PendingCall | undefined;
  /** What was sent to it while it was in a call: it takes notice when it comes back. */
  readonly signals: SignalEvent[];
}

/**
 * Makes events of what the programs in the kernel tell. A call that did not sleep comes as one record, and makes two
 * events: it seems to have been entered when it came back, but `time` says when that really was. The event objects are
 * used again for the next record, so a reader copies what it keeps.
 */
export class KernelEvents {
  readonly #ring: BpfRingBuffer;
  readonly #epoch: number = toEpochSeconds(0);
  readonly #tasks = new Map<number, TaskLine>();
  readonly #captured = new CapturedInRecords();
  readonly #fingerprints = new CallFingerprints();
  readonly #entry: Mutable<SyscallEntryEvent>;
  readonly #exit: Mutable<SyscallExitEvent>;
  #receive: (event: TraceEvent) => void = () => {};
  readonly #groups = new ThreadGroups();
  #strangers = 0;

  constructor(ring: BpfRingBuffer) {
    this.#ring = ring;
    const base = {
      tid: 0,
      lineage: ROOT,
      time: 0,
      abi: ABIS[0],
      nr: 0,
      args: new ArgWords(new Uint32Array(12)),
      captured: this.#captured,
    };
    this.#entry = { kind: 'syscall-entry', ...base, fingerprint: undefined };
    this.#exit = {
      kind: 'syscall-exit',
      ...base,
      returned: true,
      result: new ArgWords(new Uint32Array(2)),
      errno: 0,
      duration: 0,
      injected: false,
      poked: false,
      fingerprint: undefined,
      delayed: false,
    };
  }

  /** Hands over what is there, of at most `limit` records; returns how many it was. */
  drain(receive: (event: TraceEvent) => void, limit: number = Number.POSITIVE_INFINITY): number {
    this.#receive = receive;
    return this.#ring.drain(this.#record, limit);
  }

  readonly #record = (memory: NativeMemory, at: number, length: number): void => {
    const word = at >> 2;
    const { u32 } = memory;
    const kind = u32[word]! & 0xff;
    const tid = u32[word + KERNEL_RECORD.tid / 4]!;
    const number = u32[word + KERNEL_RECORD.number / 4]!;
    switch (kind) {
      case KERNEL_KIND.exit:
        this.#onExit(memory, at, length, tid, number);
        return;
      case KERNEL_KIND.entry:
        this.#onEntry(memory, at, length, tid, number);
        return;
    }
    const flags = u32[word]! >>> 16;
    const time = this.#seconds(u32, word + KERNEL_RECORD.time / 4);
    switch (kind) {
      case KERNEL_KIND.signal: {
        const task = this.#task(tid);
        const siginfo = new Uint8Array(SIGINFO_BYTES);
        siginfo.set(memory.u8.subarray(at + KERNEL_RECORD.siginfo, at + KERNEL_RECORD.siginfo + KERNEL_SIGINFO_BYTES));
        task.signals.push({
          kind: 'signal',
          tid,
          lineage: task.lineage,
          time,
          signal: number,
          siginfo,
          injected: false,
        });
        if ((flags & RECORD_FLAG.inCall) === 0) this.#tellSignals(task);
        return;
      }
      case KERNEL_KIND.fork:
        this.#onFork(tid, number, time, (flags & RECORD_FLAG.thread) !== 0);
        return;
      case KERNEL_KIND.end: {
        const isWholeProcess = (flags & RECORD_FLAG.wholeProcess) !== 0;
        for (const end of this.#groups.ended({ tid, status: number, isWholeProcess })) this.#onEnd(end, time);
        return;
      }
      case KERNEL_KIND.supersede: {
        const task = this.#task(number);
        this.#groups.superseded(tid, number);
        this.#leave(tid, time);
        this.#tasks.delete(number);
        this.#tasks.set(tid, task);
        this.#receive({ kind: 'exec-supersede', tid, lineage: task.lineage, time, formerTid: number });
        return;
      }
    }
  };

  #onEnd({ tid, status }: TaskEnd, time: number): void {
    const { lineage } = this.#leave(tid, time);
    this.#receive({ kind: 'task-end', tid, lineage, time, ...endOf(status) });
  }

  /** A task is no more, and neither is the call that it was in. */
  #leave(tid: number, time: number): TaskLine {
    const task = this.#task(tid);
    if (task.pending) this.#unreturned(tid, task, time);
    this.#tellSignals(task);
    this.#tasks.delete(tid);
    return task;
  }

  #onEntry(memory: NativeMemory, at: number, length: number, tid: number, nr: number): void {
    const task = this.#task(tid);
    task.pending ??= new PendingCall();
    task.pending.keep(memory.u32, at >> 2, length);
    this.#captured.exitAt();
    this.#captured.entryAt(task.pending.bytes, CALL.captures, length);
    this.#enter(memory, at, tid, nr, task, undefined);
  }

  #onExit(memory: NativeMemory, at: number, length: number, tid: number, nr: number): void {
    const { u32, u8 } = memory;
    const word = at >> 2;
    const task = this.#task(tid);
    const exit = this.#exit;
    const { pending } = task;
    const returned = (u32[word]! & KILLED) === 0;
    const isComparable = !pending && returned && u8[at + KERNEL_RECORD.abi] === ABI.x86_64;
    const fingerprint = isComparable
      ? this.#fingerprints.idOf(nr, u32, (at + CALL.result) >> 2, (length - CALL.result) >> 2)
      : undefined;
    this.#captured.exitAt(u8, at + CALL.captures, at + length);
    if (pending) {
      this.#captured.entryAt(pending.bytes, CALL.captures, pending.size);
      exit.args.moveTo(pending.words, CALL.args / 4);
      task.pending = undefined;
    } else {
      this.#captured.entryAt(u8, at + CALL.captures, at + length);
      exit.args.moveTo(u32, word + CALL.args / 4);
      this.#enter(memory, at, tid, nr, task, fingerprint);
    }
    const low = u32[word + CALL.result / 4]!;
    const isError = u32[word + CALL.result / 4 + 1] === 0xffff_ffff && low >= TWO_32 - MAX_ERRNO;
    exit.tid = tid;
    exit.lineage = task.lineage;
    exit.time = this.#seconds(u32, word + KERNEL_RECORD.time / 4);
    exit.abi = ABIS[u8[at + KERNEL_RECORD.abi]!]!;
    exit.nr = nr;
    exit.fingerprint = fingerprint;
    exit.returned = returned;
    if (returned) exit.result.moveTo(u32, word + CALL.result / 4);
    else exit.result.moveTo(NO_RESULT, 0);
    exit.errno = returned && isError ? TWO_32 - low : 0;
    exit.duration = (nanoseconds(u32, word + KERNEL_RECORD.time / 4) - nanoseconds(u32, word + CALL.entered / 4)) / 1e9;
    this.#receive(exit);
    if (task.signals.length > 0) this.#tellSignals(task);
  }

  #tellSignals({ signals }: TaskLine): void {
    for (const signal of signals.splice(0)) this.#receive(signal);
  }

  /** Tells the entry of the call that a record is about; what was captured is known. */
  #enter(
    { u32, u8 }: NativeMemory,
    at: number,
    tid: number,
    nr: number,
    task: TaskLine,
    fingerprint: number | undefined,
  ): void {
    const word = at >> 2;
    const entry = this.#entry;
    entry.tid = tid;
    entry.lineage = task.lineage;
    entry.time = this.#seconds(u32, word + CALL.entered / 4);
    entry.abi = ABIS[u8[at + KERNEL_RECORD.abi]!]!;
    entry.nr = nr;
    entry.fingerprint = fingerprint;
    entry.args.moveTo(u32, word + CALL.args / 4);
    this.#receive(entry);
  }

  /** The task ends in the call that it was in. */
  #unreturned(tid: number, { lineage, pending }: TaskLine, time: number): void {
    const { words, bytes, size } = pending!;
    const exit = this.#exit;
    this.#captured.exitAt();
    this.#captured.entryAt(bytes, CALL.captures, size);
    exit.tid = tid;
    exit.lineage = lineage;
    exit.time = time;
    exit.abi = ABIS[bytes[KERNEL_RECORD.abi]!]!;
    exit.nr = words[KERNEL_RECORD.number / 4]!;
    exit.args.moveTo(words, CALL.args / 4);
    exit.fingerprint = undefined;
    exit.returned = false;
    exit.result.moveTo(NO_RESULT, 0);
    exit.errno = 0;
    exit.duration = time - this.#seconds(words, CALL.entered / 4);
    this.#receive(exit);
  }

  #onFork(tid: number, parentTid: number, time: number, thread: boolean): void {
    const parent = this.#tasks.get(parentTid);
    if (parent) parent.forks += 1;
    const lineage = parent ? `${parent.lineage}.${parent.forks}` : this.#lineageOfStranger();
    this.#groups.add(tid, thread ? parentTid : undefined);
    this.#tasks.set(tid, newTask(lineage));
    this.#receive({ kind: 'task-start', tid, lineage, time, parentTid, thread });
  }

  /** The command, or what came into the group from elsewhere, or whose fork was lost. */
  #lineageOfStranger(): string {
    return this.#strangers++ === 0 ? ROOT : `${ROOT}.0.${this.#strangers - 1}`;
  }

  #task(tid: number): TaskLine {
    let task = this.#tasks.get(tid);
    if (!task) {
      task = newTask(this.#lineageOfStranger());
      this.#tasks.set(tid, task);
    }
    return task;
  }

  /** Nanoseconds of the monotonic clock as seconds since the epoch. */
  #seconds(words: Uint32Array, at: number): number {
    return this.#epoch + nanoseconds(words, at) / 1e9;
  }
}

const NO_RESULT = new Uint32Array(2);

function newTask(lineage: string): TaskLine {
  return { lineage, forks: 0, pending: undefined, signals: [] };
}

function nanoseconds(words: Uint32Array, at: number): number {
  return words[at + 1]! * TWO_32 + words[at]!;
}
