import type { ArgumentType, Call, InputType, OutputType, PrintOptions } from '../argument-type.ts';
import { constantText } from '../constant-style.ts';
import { INET_PROTOCOLS, optionsOfLevel, SOCKET_LEVELS, SOL_SOCKET } from '../constants/sockets.ts';
import { errnoNameOf } from '../errnos.ts';
import { i32, u8, u32 } from '../memory-words.ts';
import { choice } from '../named-values.ts';
import { quoted } from '../quoted-text.ts';
import { addressText, fd, int, namedValue } from '../types/numbers.ts';
import { filterIn } from '../types/packet-filters.ts';
import type { StructPrinter } from '../types/pointers.ts';
import { i32At, idAt, record, u8At, u32At } from '../types/records.ts';
import { inet4Text, inet6Text, sockaddrLength } from '../types/sockaddr.ts';
import { timevalText } from '../types/time.ts';

const SOL_IP = 0;
const SOL_TCP = 6;
const SOL_IPV6 = 41;

const level = namedValue(SOCKET_LEVELS);

/** The name of an option, by the level in the second argument. */
const option: InputType = {
  when: 'entry',
  print: (call, arg) => optionsOfLevel(call.args.i32(1))?.text(call.args.u32(arg)) ?? String(call.args.u32(arg)),
};

/** Values that are structures, by level and option. */
const STRUCTURES: Readonly<Record<number, Readonly<Record<string, Sized>>>> = {
  [SOL_SOCKET]: {
    SO_LINGER: { size: 8, print: record({ l_onoff: i32At(0), l_linger: i32At(4) }) },
    SO_PEERCRED: { size: 12, print: record({ pid: i32At(0), uid: idAt(4), gid: idAt(8) }) },
    SO_ERROR: { size: 4, print: (bytes) => `[${constantText(String(i32(bytes, 0)), errnoNameOf(i32(bytes, 0)))}]` },
    SO_RCVTIMEO_OLD: { size: 16, print: (bytes) => timevalText(bytes) },
    SO_SNDTIMEO_OLD: { size: 16, print: (bytes) => timevalText(bytes) },
    SO_RCVTIMEO: { size: 16, print: (bytes) => timevalText(bytes) },
    SO_SNDTIMEO: { size: 16, print: (bytes) => timevalText(bytes) },
    SO_PROTOCOL: { size: 4, print: (bytes) => `[${INET_PROTOCOLS.text(u32(bytes, 0))}]` },
  },
  [SOL_IP]: {
    IP_ADD_MEMBERSHIP: { size: 8, print: membership },
    IP_DROP_MEMBERSHIP: { size: 8, print: membership },
  },
  [SOL_IPV6]: {
    IPV6_ADD_MEMBERSHIP: { size: 20, print: membership6 },
    IPV6_DROP_MEMBERSHIP: { size: 20, print: membership6 },
    IPV6_JOIN_ANYCAST: { size: 20, print: membership6 },
    IPV6_LEAVE_ANYCAST: { size: 20, print: membership6 },
  },
  [SOL_TCP]: {
    TCP_INFO: {
      size: 104,
      print: (bytes, options, call) => `${tcpInfo(bytes, options, call).slice(0, -1)}, ...}`,
    },
  },
};

interface Sized {
  readonly size: number;
  readonly print: StructPrinter;
}

function membership(bytes: Uint8Array): string {
  return `{imr_multiaddr=inet_addr("${inet4Text(bytes, 0)}"), imr_interface=inet_addr("${inet4Text(bytes, 4)}")}`;
}

function membership6(bytes: Uint8Array): string {
  return `{inet_pton(AF_INET6, "${inet6Text(bytes, 0)}", &ipv6mr_multiaddr), ipv6mr_interface=${u32(bytes, 16)}}`;
}

const TCP_STATES = choice(
  'TCP_???',
  Object.fromEntries(
    'ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING'
      .split(' ')
      .map((name, i) => [`TCP_${name}`, i + 1]),
  ),
);

/** What people look for in struct tcp_info; strace prints its bytes. */
const tcpInfo = record({
  tcpi_state: { end: 1, text: (bytes) => TCP_STATES.text(u8(bytes, 0)) },
  tcpi_retransmits: u8At(2),
  tcpi_rto: u32At(8),
  tcpi_snd_mss: u32At(16),
  tcpi_rcv_mss: u32At(20),
  tcpi_unacked: u32At(24),
  tcpi_lost: u32At(32),
  tcpi_retrans: u32At(36),
  tcpi_pmtu: u32At(60),
  tcpi_rtt: u32At(68),
  tcpi_rttvar: u32At(72),
  tcpi_snd_cwnd: u32At(80),
  tcpi_total_retrans: u32At(100),
});

const GAP = 'the value, of options whose structures are not known: as bytes';

const valueIn: InputType & { readonly gap: string } = {
  when: 'entry',
  gap: GAP,
  capture: (arg) => [{ arg, at: 'entry', kind: 'bytes', size: { arg: 4 } }],
  print(call, arg, options) {
    const bytes = call.captured.bytes(arg);
    const wanted = Math.min(call.args.u32(4), structureOf(call)?.size ?? INT_SIZE);
    const isWhole = bytes !== undefined && bytes.length >= wanted;
    return isWhole ? valueText(call, bytes, options) : addressText(call.args, arg);
  },
};

const valueOut: OutputType & { readonly gap: string } = {
  when: 'exit',
  gap: GAP,
  capture: (arg) => [{ arg, at: 'exit', kind: 'bytes', size: { pointedBy: 4 } }],
  print(call, arg, options) {
    const bytes = call.errno === 0 ? call.captured.bytes(arg) : undefined;
    return bytes === undefined ? addressText(call.args, arg) : valueText(call, bytes, options);
  },
};

function structureOf(call: Call): Sized | undefined {
  const level = call.args.i32(1);
  return STRUCTURES[level]?.[optionsOfLevel(level)?.known(call.args.u32(2)) ?? ''];
}

const INT_SIZE = 4;

/** A number in brackets, unless the option is a structure or a string. */
function valueText(call: Call, bytes: Uint8Array, options: PrintOptions): string {
  const structure = structureOf(call);
  if (structure !== undefined && bytes.length >= structure.size) {
    return structure.print(bytes.subarray(0, structure.size), options, call);
  }
  return bytes.length === 4 ? `[${i32(bytes, 0)}]` : quoted(bytes, options.strings);
}

const SO_ATTACH_FILTER = 26;
const SO_ATTACH_REUSEPORT_CBPF = 51;
const filter = filterIn('socket');

export function setsockoptArguments(args: Call['args']): readonly ArgumentType[] {
  const isFilter =
    args.i32(1) === SOL_SOCKET && (args.u32(2) === SO_ATTACH_FILTER || args.u32(2) === SO_ATTACH_REUSEPORT_CBPF);
  return [fd, level, option, isFilter ? filter : valueIn, int];
}
export const getsockoptArguments: readonly ArgumentType[] = [fd, level, option, valueOut, sockaddrLength];
