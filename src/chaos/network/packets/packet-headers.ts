/** Reading the headers of IPv4 and IPv6 packets with TCP, UDP or ICMP inside. */
import { endpointKey } from './endpoint.ts';

export const TCP_FIN = 0x01;
export const TCP_SYN = 0x02;
export const TCP_RST = 0x04;
export const TCP_PSH = 0x08;
export const TCP_ACK = 0x10;

export type Protocol = 'tcp' | 'udp' | 'icmp' | 'other';

const IPPROTO_HOPOPTS = 0;
const IPPROTO_ICMP = 1;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_ROUTING = 43;
const IPPROTO_FRAGMENT = 44;
const IPPROTO_ICMPV6 = 58;
const IPPROTO_DSTOPTS = 60;
const IPV6_HEADER = 40;

/** ICMP types that carry an identifier, as a port of sorts, and whether they are the answer. */
const ICMP_ECHOES: ReadonlyMap<number, boolean> = new Map([
  [8, false],
  [0, true],
  [128, false],
  [129, true],
]);

/**
 * The headers of the packet that was read last. One object serves all packets, without allocation but for the two
 * endpoint keys: strings of address and port, equal for equal endpoints.
 */
export class PacketHeaders {
  version: 4 | 6 = 4;
  protocol: Protocol = 'other';
  source = '';
  destination = '';
  /** An ICMP echo reply. */
  answer = false;
  /** From the start of the packet to the header of TCP, UDP or ICMP, and to what that carries. */
  transportAt = 0;
  payloadAt = 0;
  payloadLength = 0;
  tcpFlags = 0;
  sequence = 0;
  acknowledgement = 0;

  /** Reads the packet of `size` bytes at `at`, of which `captured` are there. False if it is no IP packet. */
  read(view: DataView, at: number, captured: number, size: number): boolean {
    const version = captured < 20 ? 0 : view.getUint8(at) >> 4;
    if (version !== 4 && (version !== 6 || captured < IPV6_HEADER)) return false;
    this.version = version;
    const addresses = version === 4 ? at + 12 : at + 8;
    const addressSize = version === 4 ? 4 : 16;
    const [next, length] = version === 4 ? readV4(view, at) : readV6(view, at, captured);
    this.transportAt = length;
    let sourcePort = 0;
    let destinationPort = 0;
    this.tcpFlags = 0;
    this.answer = false;
    const transport = at + length;
    const room = captured - length;
    this.payloadAt = length;
    if (next === IPPROTO_TCP && room >= 20) {
      this.protocol = 'tcp';
      sourcePort = view.getUint16(transport);
      destinationPort = view.getUint16(transport + 2);
      this.sequence = view.getUint32(transport + 4);
      this.acknowledgement = view.getUint32(transport + 8);
      this.tcpFlags = view.getUint8(transport + 13);
      this.payloadAt += (view.getUint8(transport + 12) >> 4) * 4;
    } else if (next === IPPROTO_UDP && room >= 8) {
      this.protocol = 'udp';
      sourcePort = view.getUint16(transport);
      destinationPort = view.getUint16(transport + 2);
      this.payloadAt += 8;
    } else if ((next === IPPROTO_ICMP || next === IPPROTO_ICMPV6) && room >= 8) {
      this.protocol = 'icmp';
      const answer = ICMP_ECHOES.get(view.getUint8(transport));
      this.answer = answer === true;
      if (answer !== undefined) sourcePort = destinationPort = view.getUint16(transport + 4);
      this.payloadAt += 8;
    } else {
      this.protocol = 'other';
    }
    this.payloadLength = size - this.payloadAt;
    this.source = endpointKey(view, addresses, addressSize, sourcePort);
    this.destination = endpointKey(view, addresses + addressSize, addressSize, destinationPort);
    return true;
  }

  /** A TCP packet that only acknowledges. */
  get bareAcknowledgement(): boolean {
    return this.protocol === 'tcp' && this.payloadLength === 0 && (this.tcpFlags & (TCP_SYN | TCP_FIN | TCP_RST)) === 0;
  }

  /** A TCP packet that opens a connection. */
  get opensConnection(): boolean {
    return this.protocol === 'tcp' && (this.tcpFlags & (TCP_SYN | TCP_ACK)) === TCP_SYN;
  }

  /** A TCP packet that accepts a connection. */
  get acceptsConnection(): boolean {
    return this.protocol === 'tcp' && (this.tcpFlags & (TCP_SYN | TCP_ACK)) === (TCP_SYN | TCP_ACK);
  }

  /** The sequence number behind this TCP packet: SYN and FIN count as one byte each. */
  get sequenceEnd(): number {
    const flags = ((this.tcpFlags & TCP_SYN) >> 1) + (this.tcpFlags & TCP_FIN);
    return (this.sequence + this.payloadLength + flags) >>> 0;
  }
}

/** The later of two sequence numbers, which wrap around at 2^32. */
export function laterSequence(a: number | undefined, b: number): number {
  return a === undefined || ((b - a) | 0) > 0 ? b : a;
}

/** The protocol inside, and the length of the headers before it. */
function readV4(view: DataView, at: number): [number, number] {
  return [view.getUint8(at + 9), (view.getUint8(at) & 15) * 4];
}

function readV6(view: DataView, at: number, captured: number): [number, number] {
  let next = view.getUint8(at + 6);
  let length = IPV6_HEADER;
  while (length + 8 <= captured) {
    if (next === IPPROTO_FRAGMENT) {
      next = view.getUint8(at + length);
      length += 8;
    } else if (next === IPPROTO_HOPOPTS || next === IPPROTO_ROUTING || next === IPPROTO_DSTOPTS) {
      const size = (view.getUint8(at + length + 1) + 1) * 8;
      next = view.getUint8(at + length);
      length += size;
    } else break;
  }
  return [next, length];
}
