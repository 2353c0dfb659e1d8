import type { MakeSocket } from '../../../linux/make-socket.ts';
import { NetlinkError } from '../../../linux/netlink.ts';
import type { QueueStyle } from '../../../linux/nf-expressions.ts';
import { type BaseChain, OwnerTable } from '../../../linux/nf-tables.ts';

const ENOENT = 2;

/**
 * A table whose rules hand packets to queues. Kernels have a queue expression of their own, the target of iptables, or both. The
 * target comes first only because a refused transaction costs 10 ms, and the kernels that Renacer is measured on have no other.
 */
export function createOwnerTable(
  name: string,
  chains: (style: QueueStyle) => readonly BaseChain[],
  makeSocket: MakeSocket,
): OwnerTable {
  try {
    return OwnerTable.create(name, chains('compat'), makeSocket);
  } catch (error) {
    if (!(error instanceof NetlinkError && error.errno === ENOENT)) throw error;
    return OwnerTable.create(name, chains('native'), makeSocket);
  }
}
