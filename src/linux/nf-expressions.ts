/**
 * Expressions of nf_tables rules (linux/netfilter/nf_tables.h). A rule is a list of them: each loads a register,
 * compares it (and ends the rule if it differs) or decides about the packet.
 */
import { type AttributeValue, attribute, be16, be32, host32, host64, text, u8 } from './netlink-message.ts';

const NFT_REG_VERDICT = 0;
const NFT_REG_1 = 1;
const NFT_META_MARK = 3;
const NFT_META_IIF = 4;
const NFT_META_OIF = 5;
const NFT_META_NFPROTO = 15;
const NFT_META_L4PROTO = 16;
const NFT_PAYLOAD_NETWORK_HEADER = 1;
const NFT_PAYLOAD_TRANSPORT_HEADER = 2;
const NFT_EXTHDR_OP_TCPOPT = 1;
const TCPOPT_MSS = 2;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const TCP_FLAGS_AT = 13;
const TCP_SYN = 2;
const TCP_ACK = 16;
const DESTINATION_PORT_AT = 2;
const NFPROTO_IPV4 = 2;
const NFPROTO_IPV6 = 10;
const NFT_CMP_EQ = 0;
const NFT_CMP_NEQ = 1;
const NFT_CT_LABELS = 13;
const NFT_SOCKET_CGROUPV2 = 3;
const NF_ACCEPT = 1;
const NFT_QUEUE_FLAG_BYPASS = 1;

/** A part of a rule, already in the form of the kernel. */
export type Expression = Uint8Array;

/** How the kernel is asked to queue: by its own expression, or by the iptables target where that one is not built. */
export type QueueStyle = 'native' | 'compat';

/** The packet's mark is `mark`. */
export function markIs(mark: number): Expression[] {
  return [loadMeta(NFT_META_MARK), compare(NFT_CMP_EQ, host32(mark))];
}

/** The packet comes from, or goes to, the loopback interface, whose index is 1 in each network namespace. */
export function loopback(side: 'input' | 'output'): Expression[] {
  return [loadMeta(side === 'input' ? NFT_META_IIF : NFT_META_OIF), compare(NFT_CMP_EQ, host32(1))];
}

/** The packet's socket was created in this cgroup or below it; `level` is the cgroup's depth below the root. */
export function socketOfCgroup(inode: bigint, level: number): Expression[] {
  const load = [attribute(1, be32(NFT_SOCKET_CGROUPV2)), attribute(2, be32(NFT_REG_1)), attribute(3, be32(level))];
  return [expression('socket', load), compare(NFT_CMP_EQ, host64(inode))];
}

/** The connection carries all of these conntrack labels: bits of a set of 128. */
export function hasLabels(labels: Uint8Array): Expression[] {
  return [
    expression('ct', [attribute(1, be32(NFT_REG_1)), attribute(2, be32(NFT_CT_LABELS))]),
    and(labels),
    compare(NFT_CMP_EQ, labels),
  ];
}

/** The packet opens a TCP connection, or is the answer to that. */
export function opensConnection(): Expression[] {
  return [...isTcp(), ...loadTcpFlags(TCP_SYN), compare(NFT_CMP_EQ, u8(TCP_SYN))];
}

/** The packet belongs to a TCP connection that somebody has opened before. */
export function continuesConnection(): Expression[] {
  return [...isTcp(), ...loadTcpFlags(TCP_SYN | TCP_ACK), compare(NFT_CMP_NEQ, u8(TCP_SYN))];
}

/** The packet goes to this address, or to this network, whose mask is of the same length: 4 bytes or 16. */
export function destinationIn(address: Uint8Array, mask: Uint8Array): Expression[] {
  const [family, at] = address.length === 4 ? [NFPROTO_IPV4, 16] : [NFPROTO_IPV6, 24];
  return [
    loadMeta(NFT_META_NFPROTO),
    compare(NFT_CMP_EQ, u8(family)),
    loadPayload(NFT_PAYLOAD_NETWORK_HEADER, at, address.length),
    and(mask),
    compare(NFT_CMP_EQ, address),
  ];
}

/** The packet goes to this port of TCP or UDP. */
export function destinationPort(protocol: 'tcp' | 'udp', port: number): Expression[] {
  return [
    loadMeta(NFT_META_L4PROTO),
    compare(NFT_CMP_EQ, u8(protocol === 'tcp' ? IPPROTO_TCP : IPPROTO_UDP)),
    loadPayload(NFT_PAYLOAD_TRANSPORT_HEADER, DESTINATION_PORT_AT, 2),
    compare(NFT_CMP_EQ, be16(port)),
  ];
}

/** Lowers the size of the segments that the receiver of this packet, which opens a connection, may send. */
export function limitSegments(bytes: number): Expression[] {
  const option = [
    attribute(2, u8(TCPOPT_MSS)),
    attribute(3, be32(2)),
    attribute(4, be32(2)),
    attribute(6, be32(NFT_EXTHDR_OP_TCPOPT)),
    attribute(7, be32(NFT_REG_1)),
  ];
  return [loadValue(be16(bytes)), expression('exthdr', option)];
}

/** Adds these conntrack labels to the connection. The rule ends here if the packet belongs to no connection. */
export function addLabels(labels: Uint8Array): Expression[] {
  return [loadValue(labels), expression('ct', [attribute(2, be32(NFT_CT_LABELS)), attribute(4, be32(NFT_REG_1))])];
}

/** Lets the packet go on to the next table. */
export function accept(): Expression[] {
  const verdict = attribute(2, [attribute(1, be32(NF_ACCEPT))]);
  return [expression('immediate', [attribute(1, be32(NFT_REG_VERDICT)), attribute(2, [verdict])])];
}

/** Hands the packet to the reader of a queue, or lets it pass if there is none. */
export function queue(number: number, style: QueueStyle): Expression[] {
  if (style === 'native') {
    const values = [be16(number), be16(1), be16(NFT_QUEUE_FLAG_BYPASS)];
    return [
      expression(
        'queue',
        values.map((value, i) => attribute(i + 1, value)),
      ),
    ];
  }
  // struct xt_NFQ_info_v3, four times u16 in host order: number, how many, flags, padding.
  const info = Buffer.alloc(8);
  info.writeUInt16LE(number, 0);
  info.writeUInt16LE(1, 2);
  info.writeUInt16LE(NFT_QUEUE_FLAG_BYPASS, 4);
  return [expression('target', [attribute(1, text('NFQUEUE')), attribute(2, be32(3)), attribute(3, info)])];
}

function isTcp(): Expression[] {
  return [loadMeta(NFT_META_L4PROTO), compare(NFT_CMP_EQ, u8(IPPROTO_TCP))];
}

function loadTcpFlags(mask: number): Expression[] {
  return [loadPayload(NFT_PAYLOAD_TRANSPORT_HEADER, TCP_FLAGS_AT, 1), and(u8(mask))];
}

/** Bytes of the packet, from the start of one of its headers on. */
function loadPayload(header: number, at: number, length: number): Expression {
  const place = [header, at, length].map((value, i) => attribute(i + 2, be32(value)));
  return expression('payload', [attribute(1, be32(NFT_REG_1)), ...place]);
}

function loadMeta(key: number): Expression {
  return expression('meta', [attribute(1, be32(NFT_REG_1)), attribute(2, be32(key))]);
}

function loadValue(value: Uint8Array): Expression {
  return expression('immediate', [attribute(1, be32(NFT_REG_1)), attribute(2, [attribute(1, value)])]);
}

/** Clears all bits of the register but those of the mask. */
function and(mask: Uint8Array): Expression {
  return expression('bitwise', [
    attribute(1, be32(NFT_REG_1)),
    attribute(2, be32(NFT_REG_1)),
    attribute(3, be32(mask.length)),
    attribute(4, [attribute(1, mask)]),
    attribute(5, [attribute(1, new Uint8Array(mask.length))]),
  ]);
}

function compare(operator: number, value: Uint8Array): Expression {
  return expression('cmp', [
    attribute(1, be32(NFT_REG_1)),
    attribute(2, be32(operator)),
    attribute(3, [attribute(1, value)]),
  ]);
}

function expression(name: string, attributes: AttributeValue): Expression {
  return attribute(1, [attribute(1, text(name)), attribute(2, attributes)]);
}
