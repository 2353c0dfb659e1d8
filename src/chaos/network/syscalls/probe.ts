import { SocketCalls } from '../../../linux/sockets.ts';
import { MeetingPlace } from './meeting.ts';

/** Tries on sockets of our own what the emulation does to those of the tree: undefined if all works, or what does not. */
export function probeEmulation(): string | undefined {
  const sockets = new SocketCalls();
  let meeting: MeetingPlace;
  try {
    meeting = new MeetingPlace(sockets);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const fault = meeting.trial();
  meeting.close();
  return fault;
}
