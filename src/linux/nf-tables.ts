import { type MakeSocket, makeSocketHere } from './make-socket.ts';
import { NETLINK_NETFILTER, NetlinkSocket } from './netlink.ts';
import { attribute, be32, NLM_F_ACK, NLM_F_APPEND, NLM_F_CREATE, netfilterMessage, text } from './netlink-message.ts';
import type { Expression } from './nf-expressions.ts';

const NFNL_SUBSYS_NFTABLES = 10;
const NFNL_MSG_BATCH_BEGIN = 0x10;
const NFNL_MSG_BATCH_END = 0x11;
const NFT_MSG_NEWTABLE = 0;
const NFT_MSG_NEWCHAIN = 3;
const NFT_MSG_NEWRULE = 6;
const NFT_TABLE_F_OWNER = 2;
const NFPROTO_INET = 1;

export const NF_INET_PRE_ROUTING = 0;
export const NF_INET_LOCAL_IN = 1;
export const NF_INET_LOCAL_OUT = 3;

/** A chain at one of the hooks of the kernel; lower priorities come first. Its rules are lists of expressions. */
export interface BaseChain {
  readonly name: string;
  readonly hook: number;
  readonly priority: number;
  readonly rules: readonly (readonly Expression[])[];
}

/**
 * A table of firewall rules (IPv4 and IPv6) that the kernel destroys when this socket closes, whatever ends the
 * process: no rule outlives it. Needs CAP_NET_ADMIN and Linux 5.12.
 */
export class OwnerTable {
  readonly #socket: NetlinkSocket;

  private constructor(socket: NetlinkSocket) {
    this.#socket = socket;
  }

  /** Creates the table with all of its chains in one transaction. Throws NetlinkError if the kernel refuses any part. */
  static create(name: string, chains: readonly BaseChain[], makeSocket: MakeSocket = makeSocketHere): OwnerTable {
    const messages: Uint8Array[] = [];
    const add = (type: number, flags: number, attributes: readonly Uint8Array[]) =>
      messages.push(
        netfilterMessage(
          (NFNL_SUBSYS_NFTABLES << 8) | type,
          flags | NLM_F_ACK | NLM_F_CREATE,
          messages.length + 1,
          NFPROTO_INET,
          0,
          attributes,
        ),
      );
    const table = attribute(1, text(name));
    add(NFT_MSG_NEWTABLE, 0, [table, attribute(2, be32(NFT_TABLE_F_OWNER))]);
    for (const chain of chains) {
      const hook = attribute(4, [attribute(1, be32(chain.hook)), attribute(2, be32(chain.priority))]);
      add(NFT_MSG_NEWCHAIN, 0, [table, attribute(3, text(chain.name)), hook, attribute(7, text('filter'))]);
      for (const rule of chain.rules) {
        add(NFT_MSG_NEWRULE, NLM_F_APPEND, [table, attribute(2, text(chain.name)), attribute(4, rule)]);
      }
    }
    const socket = NetlinkSocket.open(NETLINK_NETFILTER, makeSocket);
    try {
      socket.request(batch(messages), messages.length);
    } catch (error) {
      socket.close();
      throw error;
    }
    return new OwnerTable(socket);
  }

  /** Removes the table. */
  close(): void {
    this.#socket.close();
  }
}

function batch(messages: readonly Uint8Array[]): Uint8Array {
  const edge = (type: number) => netfilterMessage(type, 0, 0, 0, NFNL_SUBSYS_NFTABLES, []);
  return Buffer.concat([edge(NFNL_MSG_BATCH_BEGIN), ...messages, edge(NFNL_MSG_BATCH_END)]);
}
