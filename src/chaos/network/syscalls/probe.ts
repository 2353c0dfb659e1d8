import { SocketCalls } from '../../../linux/sockets.ts';
import { SimultaneousOpen } from './relay/simultaneous-open.ts';

/** Tries on sockets of our own what the emulation does to those of the tree: undefined if all works, or what does not. */
export function probeEmulation(): string | undefined {
  const sockets = new SocketCalls();
  let opening: SimultaneousOpen;
  try {
    opening = new SimultaneousOpen(sockets);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const fault = opening.trial();
  opening.close();
  return fault;
}
