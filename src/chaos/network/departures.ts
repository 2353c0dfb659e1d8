import type { Flow, FlowSide } from './flow.ts';
import { Schedule } from './schedule.ts';

/** A packet that is due within this time goes at once: waiting would take longer. */
export const EARLY_MS = 0.02;

/** What can be done about packets. */
export interface PacketOutput {
  accept(queue: number, id: number): void;
  drop(queue: number, id: number): void;
  /** Lets a packet pass with other bytes in it. */
  replace(queue: number, id: number, bytes: Uint8Array): void;
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
  /** TCP: the sequence number behind it. */
  readonly sequenceEnd: number;
}

/** Holds packets until they are due. */
export class Departures {
  readonly #output: PacketOutput;
  readonly #schedule = new Schedule<Departure>();

  constructor(output: PacketOutput) {
    this.#output = output;
  }

  get nextTime(): number {
    return this.#schedule.nextTime;
  }

  /** Lets a packet go when it is due, which may be now. */
  add(departure: Departure, due: number, now: number): void {
    if (due > now + EARLY_MS) this.#schedule.add(due, departure);
    else this.#depart(departure);
  }

  /** Lets all packets go that are due by `now`. */
  run(now: number): void {
    while (this.#schedule.size > 0 && this.#schedule.nextTime <= now + EARLY_MS) this.#depart(this.#schedule.take());
  }

  #depart({ flow, side, waiting, bytes, sequenceEnd }: Departure): void {
    // What was on its way when the connection was reset must not arrive behind the reset.
    if (flow.state === 'reset') {
      if (waiting !== undefined) this.#output.drop(waiting.queue, waiting.id);
      return;
    }
    if (waiting === undefined) this.#output.inject(bytes!);
    else if (bytes === undefined) this.#output.accept(waiting.queue, waiting.id);
    else this.#output.replace(waiting.queue, waiting.id, bytes);
    if (side !== undefined && flow.protocol === 'tcp') side.awaited = later(side.awaited, sequenceEnd);
  }
}

/** The later of two sequence numbers, which wrap around at 2^32. */
function later(a: number | undefined, b: number): number {
  return a === undefined || ((b - a) | 0) > 0 ? b : a;
}
