import type { Epoll } from '../../../../linux/epoll.ts';
import type { SocketAddress, SocketCalls } from '../../../../linux/sockets.ts';
import type { FaultLog } from '../../impairment/fault-log.ts';
import type { ArrivalTable } from '../shared/arrival-table.ts';
import type { ConnectionTable } from '../shared/connection-table.ts';
import type { DatagramDelivery } from './datagram-delivery.ts';
import type { DeliveryModel } from './delivery-model.ts';
import type { NameFailures } from './name-failures.ts';
import type { OwnEnds } from './own-ends.ts';
import type { SimultaneousOpen } from './simultaneous-open.ts';

/** Whoever has descriptors that the relay waits for. */
export interface Owner {
  /** Something can be done with one of the descriptors. */
  onReady(fd: number): void;
  abort(): void;
}

/** The relay as its connections see it. */
export interface RelayContext {
  readonly sockets: SocketCalls;
  readonly epoll: Epoll;
  readonly simultaneousOpen: SimultaneousOpen;
  readonly connections: ConnectionTable;
  readonly arrivals: ArrivalTable;
  readonly ownEnds: OwnEnds;
  readonly delivery: DeliveryModel;
  readonly datagramDelivery: DatagramDelivery;
  readonly names: NameFailures;
  readonly log: FaultLog;
  /** Where a server of the tree really listens that has this address, if there is just one, and it may be connected to there. */
  serverAt(address: SocketAddress): SocketAddress | undefined;
  now(): number;
  at(time: number, action: () => void): void;
  /** Something is on its way until then. `arrives` says whether it carried something and was let through. */
  carry(time: number, arrives: () => boolean): void;
  /** Events of a descriptor are for this owner. */
  own(fd: number, owner: Owner): void;
  disown(fd: number): void;
}
