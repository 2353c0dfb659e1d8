import type { Flow, FlowSide } from '../impairment/flow.ts';
import { EARLY_MS } from '../impairment/packet-fate.ts';
import { Schedule } from '../impairment/schedule.ts';
import { completeChecksum } from '../packets/checksum.ts';
import { laterSequence, PacketHeaders } from '../packets/packet-headers.ts';

/** What can be done about packets. */
export interface PacketOutput {
  /** `token` comes back if the kernel has lost the packet meanwhile. */
  accept(queue: number, id: number, token: number): void;
  drop(queue: number, id: number): void;
  /** Lets a packet pass with other bytes in it. */
  replace(queue: number, id: number, bytes: Uint8Array, token: number): void;
  /** Sends a packet of our own; it meets no impairment. */
  inject(packet: Uint8Array): void;
}

/** A packet that is to go on. */
export interface Departure {
  readonly flow: Flow;
  /** The direction that it counts for; undefined for a packet that neither end has sent. */
  readonly side: FlowSide | undefined;
  /** Its place in the kernel's queue; undefined if it is ours to send. */
  readonly waiting: { readonly queue: number; readonly id: number } | undefined;
  /** The bytes to send, where they are not those that wait in the kernel. */
  readonly bytes: Uint8Array | undefined;
  /** What to send if the kernel has lost the packet that waits there. Its checksum may be incomplete. */
  readonly spare: Uint8Array | undefined;
  /** TCP: the sequence number behind it. */
  readonly sequenceEnd: number;
  /** Whether it carries something that no packet before it has carried. */
  readonly isNews: boolean;
}

/** Verdicts on so many packets are remembered until it is known whether the kernel refuses them. */
const MAX_UNSURE = 1024;
/** Packets beyond this are held without a spare. */
const MAX_SPARE_BYTES = 64 << 20;

/** Holds packets until they are due. */
export class Departures {
  readonly #output: PacketOutput;
  readonly #schedule = new Schedule<Departure>();
  /** The spares of packets that were let go, by token. Token 0 is nobody's. */
  readonly #unsure = new Map<number, Uint8Array>();
  /** How many have departed that carried something new. */
  passed = 0;
  #lastToken = 0;
  #spareBytes = 0;

  constructor(output: PacketOutput) {
    this.#output = output;
  }

  /** How many packets are held. */
  get size(): number {
    return this.#schedule.size;
  }

  get nextTime(): number {
    return this.#schedule.nextTime;
  }

  get hasRoomForSpare(): boolean {
    return this.#spareBytes < MAX_SPARE_BYTES;
  }

  /** Lets a packet go when it is due, which may be now. */
  add(departure: Departure, due: number, now: number): void {
    this.#spareBytes += departure.spare?.length ?? 0;
    if (due > now + EARLY_MS) this.#schedule.add(due, departure);
    else this.#depart(departure);
  }

  /** Lets all packets go that are due by `now`. */
  run(now: number): void {
    while (this.#schedule.size > 0 && this.#schedule.nextTime <= now + EARLY_MS) this.#depart(this.#schedule.take());
  }

  /** The kernel had no such packet any more: sends it again. */
  refused(token: number): void {
    const spare = this.#unsure.get(token);
    if (spare === undefined) return;
    this.#unsure.delete(token);
    const headers = new PacketHeaders();
    headers.read(new DataView(spare.buffer, spare.byteOffset), 0, spare.length, spare.length);
    completeChecksum(spare, headers);
    this.#output.inject(spare);
  }

  /** All verdicts up to now have been taken. */
  settled(): void {
    this.#unsure.clear();
  }

  #remember(spare: Uint8Array): number {
    this.#lastToken = (this.#lastToken + 1) >>> 0 || 1;
    if (this.#unsure.size < MAX_UNSURE) this.#unsure.set(this.#lastToken, spare);
    return this.#lastToken;
  }

  #depart({ flow, side, waiting, bytes, spare, sequenceEnd, isNews }: Departure): void {
    this.#spareBytes -= spare?.length ?? 0;
    // What was on its way when the connection was reset must not arrive behind the reset.
    if (flow.state === 'reset') {
      if (waiting !== undefined) this.#output.drop(waiting.queue, waiting.id);
      return;
    }
    if (isNews) this.passed++;
    const token = spare === undefined ? 0 : this.#remember(spare);
    if (waiting === undefined) this.#output.inject(bytes!);
    else if (bytes === undefined) this.#output.accept(waiting.queue, waiting.id, token);
    else this.#output.replace(waiting.queue, waiting.id, bytes, token);
    if (side !== undefined && flow.protocol === 'tcp') side.awaited = laterSequence(side.awaited, sequenceEnd);
  }
}
