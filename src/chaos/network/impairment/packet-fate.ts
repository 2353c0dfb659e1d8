import type { NetworkFaultKind } from '../../../model/network-use.ts';

/** A packet that is due within this time goes at once: waiting would take longer. */
export const EARLY_MS = 0.02;

/** What becomes of one packet. One object is filled again and again. */
export class PacketFate {
  /** Why it is lost, if it is. */
  lost: NetworkFaultKind | undefined;
  /** When it goes on, by the clock that `decide` was given. */
  due = 0;
  /** A narrow link makes it wait. */
  throttled = false;
  duplicate = false;
  reordered = false;
  /** The place of the bit to flip, from 0 to 1 of the packet, if it is corrupted. */
  corruptAt: number | undefined;
  /** The names of the rules that asked for what is set above. */
  readonly by: { lost: string; duplicate: string; reordered: string; corrupt: string } = {
    lost: '',
    duplicate: '',
    reordered: '',
    corrupt: '',
  };

  /** For the next packet, which arrives at `now`. */
  begin(now: number): void {
    this.lost = undefined;
    this.due = now;
    this.throttled = false;
    this.duplicate = false;
    this.reordered = false;
    this.corruptAt = undefined;
  }
}
