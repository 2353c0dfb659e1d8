import type { Call, PrintOptions } from '../argument-type.ts';
import { SCM_CREDENTIALS, SCM_RIGHTS, SOCKET_CONTROL_TYPES, SOCKET_LEVELS, SOL_SOCKET } from '../constants/sockets.ts';
import { SCM_IP_TYPES } from '../constants/uapi.generated.ts';
import { decimalU64At, hex, i32, u8, u32, u64 } from '../memory-words.ts';
import { choice } from '../named-values.ts';
import { hexEscaped } from '../quoted-text.ts';
import { descriptorText, processText } from './numbers.ts';
import { inet4Text, inet6Text } from './sockaddr.ts';
import { timespecText, timevalText } from './time.ts';

/** Control messages of sockets: cmsg(3). */

const HEADER_SIZE = 16;
const SOL_IP = 0;
const SOL_IPV6 = 41;

const SCM = {
  pidfd: 4,
  timestamp: 29,
  timestampNs: 35,
  timestamping: 37,
  timestampNew: 63,
  timestampNsNew: 64,
  timestampingNew: 65,
} as const;
const IP = { tos: 1, ttl: 2, pktinfo: 8, originalDestination: 20, checksum: 23, fragmentSize: 25 } as const;
const IPV6 = { packetInfo: 50, hopLimit: 52, trafficClass: 67 } as const;

const IPV6_TYPES = choice('IPV6_???', {
  IPV6_2292PKTINFO: 2,
  IPV6_2292HOPLIMIT: 8,
  IPV6_FLOWINFO: 11,
  IPV6_RECVERR: 25,
  IPV6_PKTINFO: IPV6.packetInfo,
  IPV6_HOPLIMIT: IPV6.hopLimit,
  IPV6_HOPOPTS: 54,
  IPV6_RTHDR: 57,
  IPV6_DSTOPTS: 59,
  IPV6_TCLASS: IPV6.trafficClass,
  IPV6_ORIGDSTADDR: 74,
});

/** The chain of messages in a buffer: `[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[3]}]`. */
export function controlText(control: Uint8Array, call: Call, options: PrintOptions): string {
  const messages: string[] = [];
  for (let offset = 0; offset + HEADER_SIZE <= control.length; ) {
    const length = u64(control, offset);
    const level = i32(control, offset + 8);
    const type = i32(control, offset + 12);
    const content = control.subarray(offset + HEADER_SIZE, Math.min(offset + length, control.length));
    const data = content.length === 0 ? '' : `, cmsg_data=${dataText(level, type, content, call, options)}`;
    messages.push(
      `{cmsg_len=${decimalU64At(control, offset)}, cmsg_level=${SOCKET_LEVELS.text(level)}, cmsg_type=${typeText(level, type)}${data}}`,
    );
    if (length < HEADER_SIZE) break;
    offset += Math.ceil(length / 8) * 8;
  }
  return `[${messages.join(', ')}]`;
}

function typeText(level: number, type: number): string {
  switch (level) {
    case SOL_SOCKET:
      return SOCKET_CONTROL_TYPES.text(type);
    case SOL_IP:
      return SCM_IP_TYPES.known(type) ?? hex(type);
    case SOL_IPV6:
      return IPV6_TYPES.known(type) ?? hex(type);
    default:
      return hex(type);
  }
}

function dataText(level: number, type: number, content: Uint8Array, call: Call, options: PrintOptions): string {
  const text =
    level === SOL_SOCKET
      ? socketData(type, content, call, options)
      : level === SOL_IP
        ? ipData(type, content)
        : level === SOL_IPV6
          ? ipv6Data(type, content)
          : undefined;
  return text ?? `"${hexEscaped(content)}"`;
}

function socketData(type: number, content: Uint8Array, call: Call, options: PrintOptions): string | undefined {
  switch (type) {
    case SCM_RIGHTS:
    case SCM.pidfd:
      return `[${Array.from({ length: Math.floor(content.length / 4) }, (_, i) => descriptorText(call, i32(content, 4 * i), options)).join(', ')}]`;
    case SCM_CREDENTIALS:
      return content.length < 12
        ? undefined
        : `{pid=${processText(call, i32(content, 0), options)}, uid=${u32(content, 4)}, gid=${u32(content, 8)}}`;
    case SCM.timestamp:
    case SCM.timestampNew:
      return content.length < 16 ? undefined : timevalText(content);
    case SCM.timestampNs:
    case SCM.timestampNsNew:
      return content.length < 16 ? undefined : timespecText(content);
    case SCM.timestamping:
    case SCM.timestampingNew:
      return content.length < 48 ? undefined : `[${[0, 16, 32].map((at) => timespecText(content, at)).join(', ')}]`;
    default:
      return undefined;
  }
}

function ipData(type: number, content: Uint8Array): string | undefined {
  switch (type) {
    case IP.pktinfo:
      return content.length < 12
        ? undefined
        : `{ipi_ifindex=${i32(content, 0)}, ipi_spec_dst=inet_addr("${inet4Text(content, 4)}"), ipi_addr=inet_addr("${inet4Text(content, 8)}")}`;
    case IP.ttl:
    case IP.checksum:
    case IP.fragmentSize:
      return content.length < 4 ? undefined : `[${u32(content, 0)}]`;
    case IP.tos:
      return `[${hex(u8(content, 0))}]`;
    default:
      return undefined;
  }
}

function ipv6Data(type: number, content: Uint8Array): string | undefined {
  switch (type) {
    case IPV6.packetInfo:
      return content.length < 20
        ? undefined
        : `{inet_pton(AF_INET6, "${inet6Text(content, 0)}", &ipi6_addr), ipi6_ifindex=${u32(content, 16)}}`;
    case IPV6.hopLimit:
    case IPV6.trafficClass:
      return content.length < 4 ? undefined : `[${i32(content, 0)}]`;
    default:
      return undefined;
  }
}
