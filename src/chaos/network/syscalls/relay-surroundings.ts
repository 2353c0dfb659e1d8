import type { Epoll } from '../../../linux/epoll.ts';
import type { SocketAddress, SocketCalls } from '../../../linux/sockets.ts';
import type { FaultLog } from '../fault-log.ts';
import type { ArrivalNotes } from './arrival-notes.ts';
import type { ConnectionNotes } from './connection-notes.ts';
import type { DatagramPassage } from './datagram-passage.ts';
import type { MeetingPlace } from './meeting.ts';
import type { NameFailures } from './name-failures.ts';
import type { OwnEnds } from './own-ends.ts';
import type { Passage } from './passage.ts';

/** Whoever has descriptors that the relay waits for. */
export interface Owner {
  /** Something can be done with one of the descriptors. */
  onReady(fd: number): void;
  abort(): void;
}

/** The relay as its connections see it. */
export interface RelaySurroundings {
  readonly sockets: SocketCalls;
  readonly epoll: Epoll;
  readonly meeting: MeetingPlace;
  readonly notes: ConnectionNotes;
  readonly arrivals: ArrivalNotes;
  readonly ownEnds: OwnEnds;
  readonly passage: Passage;
  readonly datagramPassage: DatagramPassage;
  readonly names: NameFailures;
  readonly log: FaultLog;
  /** Where a server of the tree really listens that has this address, if there is just one, and it may be connected to there. */
  serverAt(address: SocketAddress): SocketAddress | undefined;
  now(): number;
  at(time: number, action: () => void): void;
  /** Events of a descriptor are for this owner. */
  own(fd: number, owner: Owner): void;
  disown(fd: number): void;
}
