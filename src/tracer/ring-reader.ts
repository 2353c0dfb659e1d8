import type { NativeMemory } from '../linux/memory.ts';
import { ArgWords } from '../model/arg-words.ts';
import type { TraceEvent } from '../model/trace-event.ts';
import { CapturedInRecords } from './captured-in-records.ts';
import { endOf } from './end-of-task.ts';
import { PendingCall } from './pending-call.ts';
import { Places } from './places.ts';
import { ABIS, CONTROL, ENTRY_BYTES, EXIT_BYTES, FLAG, RECORD, SIGINFO_BYTES, WORD } from './record.ts';

const TWO_32 = 2 ** 32;

/**
 * The other thread's end of the ring: makes events of records. The event objects are used again for the next record,
 * so a reader copies what it keeps.
 */
export class RingReader {
  readonly #ring: NativeMemory;
  readonly #control: Int32Array;
  readonly #lineages = new Map<number, string>();
  readonly #pending = new Map<number, PendingCall>();
  readonly #args = new ArgWords(new Uint32Array(12));
  readonly #result = new ArgWords(new Uint32Array(2));
  readonly #captured = new CapturedInRecords();
  readonly #places = new Places();
  #read = 0;

  constructor(ring: NativeMemory, control: Int32Array) {
    this.#ring = ring;
    this.#control = control;
  }

  /** Hands over what is there, at most about `limit` events; returns how many it was. */
  drain(receive: (event: TraceEvent) => void, limit: number = Number.POSITIVE_INFINITY): number {
    let count = 0;
    const written = Atomics.load(this.#control, CONTROL.written) >>> 0;
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
    const base = { tid, lineage: this.#lineages.get(tid) ?? '?', time: f64[(word + WORD.time) >> 1]! };
    switch (head & 0xff) {
      case RECORD.entry:
        return this.#entry(at, size, base, number, ABIS[(head >> 8) & 0xff]!);
      case RECORD.exit:
        return this.#exit(at, size, base, number, ABIS[(head >> 8) & 0xff]!, flags);
      case RECORD.signal: {
        const start = at + WORD.siginfo * 4;
        const siginfo = u8.subarray(start, start + SIGINFO_BYTES);
        const injected = (flags & FLAG.injected) !== 0;
        return { kind: 'signal', ...base, ...this.#places.take(tid), signal: number, siginfo, injected };
      }
      case RECORD.groupStop:
        return { kind: 'group-stop', ...base, ...this.#places.take(tid), signal: number };
      case RECORD.taskEnd:
        this.#lineages.delete(tid);
        this.#pending.delete(tid);
        return { kind: 'task-end', ...base, ...endOf(number) };
      case RECORD.detach:
        this.#lineages.delete(tid);
        this.#pending.delete(tid);
        return { kind: 'task-detach', ...base };
      case RECORD.taskStart: {
        const start = at + WORD.text * 4;
        const lineage = Buffer.from(u8.subarray(start, start + u32[word + WORD.length]!)).toString('latin1');
        this.#lineages.set(tid, lineage);
        const thread = (flags & FLAG.thread) !== 0;
        const attached = (flags & FLAG.attached) !== 0;
        return { kind: 'task-start', ...base, lineage, parentTid: number, thread, attached };
      }
      case RECORD.frame: {
        const start = at + WORD.text * 4;
        this.#places.name(number, u8.subarray(start, start + u32[word + WORD.length]!));
        return undefined;
      }
      case RECORD.place:
        this.#places.put(tid, u32.subarray(word + WORD.ip, word + WORD.frames + number));
        return undefined;
      case RECORD.supersede:
        return this.#supersede(tid, number, base.time);
      default:
        return undefined;
    }
  }

  #entry(
    at: number,
    size: number,
    base: { tid: number; lineage: string; time: number },
    nr: number,
    abi: (typeof ABIS)[number],
  ): TraceEvent {
    const bytes = this.#ring.u8.subarray(at, at + size);
    const pending = this.#pending.get(base.tid) ?? new PendingCall();
    pending.keep(bytes);
    pending.place = this.#places.take(base.tid);
    this.#pending.set(base.tid, pending);
    this.#captured.exitAt();
    this.#captured.entryAt(pending.bytes, ENTRY_BYTES, pending.size);
    this.#args.moveTo(pending.words, WORD.args);
    const { place } = pending;
    return { kind: 'syscall-entry', ...base, ...place, abi, nr, args: this.#args, captured: this.#captured };
  }

  #exit(
    at: number,
    size: number,
    base: { tid: number; lineage: string; time: number },
    nr: number,
    abi: (typeof ABIS)[number],
    flags: number,
  ): TraceEvent {
    const pending = this.#pending.get(base.tid);
    const word = at >> 2;
    this.#captured.exitAt(this.#ring.u8, at + EXIT_BYTES, at + size);
    this.#captured.entryAt(pending?.bytes, ENTRY_BYTES, pending?.size ?? 0);
    this.#args.moveTo(pending?.words ?? NO_WORDS, WORD.args);
    this.#result.moveTo(this.#ring.u32, word + WORD.result);
    return {
      kind: 'syscall-exit',
      ...base,
      ...pending?.place,
      abi,
      nr,
      args: this.#args,
      captured: this.#captured,
      returned: (flags & FLAG.unreturned) === 0,
      detached: (flags & FLAG.detached) !== 0,
      result: this.#result,
      errno: this.#ring.u32[word + WORD.errno]!,
      duration: this.#ring.f64[(word + WORD.duration) >> 1]!,
      injected: (flags & FLAG.injected) !== 0,
      poked: (flags & FLAG.poked) !== 0,
      delayed: (flags & FLAG.delayed) !== 0,
    };
  }

  /** The thread `former` lives on under the id of its leader. */
  #supersede(tid: number, former: number, time: number): TraceEvent {
    const lineage = this.#lineages.get(former) ?? '?';
    this.#lineages.set(tid, lineage);
    this.#lineages.delete(former);
    const call = this.#pending.get(former);
    if (call) this.#pending.set(tid, call);
    this.#pending.delete(former);
    return { kind: 'exec-supersede', tid, lineage, time, formerTid: former };
  }
}

const NO_WORDS = new Uint32Array(WORD.args + 12);
