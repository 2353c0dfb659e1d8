import type { NativeMemory } from '../linux/memory.ts';
import { ArgWords } from '../model/arg-words.ts';
import type { SyscallEntryEvent, SyscallExitEvent, TraceEvent } from '../model/trace-event.ts';
import { CallFingerprints } from './call-fingerprints.ts';
import { CallSites } from './call-sites.ts';
import { CapturedInRecords } from './captured-in-records.ts';
import { endOf } from './end-of-task.ts';
import { PendingCall } from './pending-call.ts';
import { ABIS, CONTROL, ENTRY_BYTES, EXIT_BYTES, FLAG, RECORD_KIND, SIGINFO_BYTES, WORD } from './record.ts';
import type { Ring } from './ring.ts';

const TWO_32 = 2 ** 32;
const UNKNOWN_LINEAGE = '?';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * The other thread's end of the ring: makes events of records. The event objects are used again for the next record,
 * so a reader copies what it keeps.
 */
export class RingReader {
  readonly #ring: NativeMemory;
  readonly #written: Int32Array;
  readonly #control: Int32Array;
  readonly #lineages = new Map<number, string>();
  readonly #pending = new Map<number, PendingCall>();
  readonly #captured = new CapturedInRecords();
  readonly #callSites = new CallSites();
  readonly #entryFingerprints = new CallFingerprints();
  readonly #exitFingerprints = new CallFingerprints();
  readonly #entryEvent: Mutable<SyscallEntryEvent>;
  readonly #exitEvent: Mutable<SyscallExitEvent>;
  #read = 0;

  constructor(ring: Ring, control: Int32Array) {
    this.#ring = ring.memory;
    this.#written = ring.written;
    this.#control = control;
    const base = {
      tid: 0,
      lineage: UNKNOWN_LINEAGE,
      time: 0,
      instructionPointer: undefined,
      stack: undefined,
      abi: ABIS[0],
      nr: 0,
      args: new ArgWords(NO_WORDS, WORD.args),
      captured: this.#captured,
      fingerprint: undefined,
    };
    this.#entryEvent = { kind: 'syscall-entry', ...base };
    this.#exitEvent = {
      kind: 'syscall-exit',
      ...base,
      returned: true,
      detached: false,
      result: new ArgWords(NO_WORDS, WORD.result),
      errno: 0,
      duration: 0,
      injected: false,
      poked: false,
      delayed: false,
    };
  }

  /** Hands over what is there, at most about `limit` events; returns how many it was. */
  drain(receive: (event: TraceEvent) => void, limit: number = Number.POSITIVE_INFINITY): number {
    let count = 0;
    const written = Atomics.load(this.#written, 0) >>> 0;
    while (this.#read !== written && count < limit) {
      const at = this.#read & (this.#ring.size - 1);
      const size = this.#ring.u32[at >> 2]!;
      const event = this.#event(at, size);
      if (event) {
        receive(event);
        count += 1;
      }
      this.#read = (this.#read + size) % TWO_32;
      Atomics.store(this.#control, CONTROL.read, this.#read | 0);
    }
    if (count > 0) Atomics.notify(this.#control, CONTROL.read);
    return count;
  }

  #event(at: number, size: number): TraceEvent | undefined {
    const { u32, f64, u8 } = this.#ring;
    const word = at >> 2;
    const head = u32[word + WORD.kind]!;
    const flags = head >>> 16;
    const tid = u32[word + WORD.tid]!;
    const number = u32[word + WORD.number]!;
    switch (head & 0xff) {
      case RECORD_KIND.entry:
        return this.#entry(word, size, tid, number, (head >> 8) & 0xff);
      case RECORD_KIND.exit:
        return this.#exit(word, size, tid, number, (head >> 8) & 0xff, flags);
    }
    const base = { tid, lineage: this.#lineageOf(tid), time: f64[(word + WORD.time) >> 1]! };
    switch (head & 0xff) {
      case RECORD_KIND.signal: {
        const start = at + WORD.siginfo * 4;
        const siginfo = u8.subarray(start, start + SIGINFO_BYTES);
        const injected = (flags & FLAG.injected) !== 0;
        return { kind: 'signal', ...base, ...this.#callSites.take(tid), signal: number, siginfo, injected };
      }
      case RECORD_KIND.groupStop:
        return { kind: 'group-stop', ...base, ...this.#callSites.take(tid), signal: number };
      case RECORD_KIND.taskEnd:
        this.#lineages.delete(tid);
        this.#pending.delete(tid);
        return { kind: 'task-end', ...base, ...endOf(number) };
      case RECORD_KIND.detach:
        this.#lineages.delete(tid);
        this.#pending.delete(tid);
        return { kind: 'task-detach', ...base };
      case RECORD_KIND.taskStart: {
        const start = at + WORD.text * 4;
        const lineage = Buffer.from(u8.subarray(start, start + u32[word + WORD.length]!)).toString('latin1');
        this.#lineages.set(tid, lineage);
        const thread = (flags & FLAG.thread) !== 0;
        const attached = (flags & FLAG.attached) !== 0;
        return { kind: 'task-start', ...base, lineage, parentTid: number, thread, attached };
      }
      case RECORD_KIND.frame: {
        const start = at + WORD.text * 4;
        this.#callSites.name(number, u8.subarray(start, start + u32[word + WORD.length]!));
        return undefined;
      }
      case RECORD_KIND.callSite:
        this.#callSites.put(tid, u32.subarray(word + WORD.ip, word + WORD.frames + number));
        return undefined;
      case RECORD_KIND.supersede:
        return this.#supersede(tid, number, base.time);
      default:
        return undefined;
    }
  }

  #entry(word: number, size: number, tid: number, nr: number, abi: number): TraceEvent {
    const { u32, f64 } = this.#ring;
    let pending = this.#pending.get(tid);
    if (pending === undefined) {
      pending = new PendingCall();
      this.#pending.set(tid, pending);
    }
    pending.keep(u32, word, size);
    pending.callSite = this.#callSites.take(tid);
    const count = (size >> 2) - WORD.args;
    pending.fingerprint = abi === 0 ? this.#entryFingerprints.idOf(nr, pending.words, WORD.args, count) : undefined;
    this.#captured.exitAt();
    this.#captured.entryAt(pending.bytes, ENTRY_BYTES, pending.size);
    const event = this.#entryEvent;
    event.tid = tid;
    event.lineage = this.#lineageOf(tid);
    event.time = f64[(word + WORD.time) >> 1]!;
    event.instructionPointer = pending.callSite?.instructionPointer;
    event.stack = pending.callSite?.stack;
    event.abi = ABIS[abi]!;
    event.nr = nr;
    event.args.moveTo(pending.words, WORD.args);
    event.fingerprint = pending.fingerprint;
    return event;
  }

  #exit(word: number, size: number, tid: number, nr: number, abi: number, flags: number): TraceEvent {
    const { u32, f64, u8 } = this.#ring;
    const pending = this.#pending.get(tid);
    const at = word << 2;
    this.#captured.exitAt(u8, at + EXIT_BYTES, at + size);
    this.#captured.entryAt(pending?.bytes, ENTRY_BYTES, pending?.size ?? 0);
    const event = this.#exitEvent;
    event.tid = tid;
    event.lineage = this.#lineageOf(tid);
    event.time = f64[(word + WORD.time) >> 1]!;
    event.instructionPointer = pending?.callSite?.instructionPointer;
    event.stack = pending?.callSite?.stack;
    event.abi = ABIS[abi]!;
    event.nr = nr;
    event.args.moveTo(pending?.words ?? NO_WORDS, WORD.args);
    event.returned = (flags & FLAG.unreturned) === 0;
    event.detached = (flags & FLAG.detached) !== 0;
    event.result.moveTo(u32, word + WORD.result);
    event.errno = u32[word + WORD.errno]!;
    event.duration = f64[(word + WORD.duration) >> 1]!;
    event.injected = (flags & FLAG.injected) !== 0;
    event.poked = (flags & FLAG.poked) !== 0;
    event.delayed = (flags & FLAG.delayed) !== 0;
    const before = pending?.fingerprint;
    const count = (size >> 2) - WORD.result;
    event.fingerprint = before && this.#exitFingerprints.idOf(nr, u32, word + WORD.result, count, before);
    return event;
  }

  #lineageOf(tid: number): string {
    return this.#lineages.get(tid) ?? UNKNOWN_LINEAGE;
  }

  /** The thread `former` lives on under the id of its leader. */
  #supersede(tid: number, former: number, time: number): TraceEvent {
    const lineage = this.#lineageOf(former);
    this.#lineages.set(tid, lineage);
    this.#lineages.delete(former);
    const call = this.#pending.get(former);
    if (call) this.#pending.set(tid, call);
    this.#pending.delete(former);
    return { kind: 'exec-supersede', tid, lineage, time, formerTid: former };
  }
}

const NO_WORDS = new Uint32Array(WORD.args + 12);
