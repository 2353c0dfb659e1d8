import type { ArgumentType, Call, CompletedCall, InputType, OutputType, Signature } from '../argument-type.ts';
import { EPOLL_CREATE_FLAGS, EPOLL_OPERATIONS } from '../constants/polling.ts';
import {
  ADDRESS_FAMILIES,
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  ETHERNET_PROTOCOLS,
  INET_PROTOCOLS,
  MESSAGE_FLAGS,
  NETLINK_PROTOCOLS,
  SHUTDOWN_HOW,
  SOCK_TYPE_MASK,
  SOCKET_FLAGS,
  SOCKET_TYPES,
} from '../constants/sockets.ts';
import { on, onSize } from '../dependence.ts';
import { pipeEnds } from '../types/files.ts';
import { messageIn, messageOut, messagesIn, messagesOut } from '../types/messages.ts';
import { isNetlink, NETLINK_GAP, netlinkText } from '../types/netlink.ts';
import { address, decimalResult, fd, int, namedValue, noted, size, uint } from '../types/numbers.ts';
import {
  epollEventIn,
  epollEventsOut,
  fdSet,
  maskPair,
  pollfds,
  pollNote,
  selectNote,
  timespecTimeout,
  timevalTimeout,
} from '../types/polling.ts';
import { sigsetIn } from '../types/signals.ts';
import { sockaddrIn, sockaddrLength, sockaddrOut } from '../types/sockaddr.ts';
import { dataIn, dataOut } from '../types/strings.ts';
import { timespecIn, timespecText, timevalText } from '../types/time.ts';
import { getsockoptArguments, setsockoptArguments } from './sockopts.ts';

const domain = namedValue(ADDRESS_FAMILIES);
const messageFlags = namedValue(MESSAGE_FLAGS);
const socketFlags = namedValue(SOCKET_FLAGS);
const EPOLL_CTL_DEL = 2;
const acceptArguments: readonly ArgumentType[] = [fd, sockaddrOut(2), sockaddrLength];

/** A socket's type with the flags that socket(2) lets one add: `SOCK_STREAM|SOCK_CLOEXEC`. */
const socketType: InputType = {
  when: 'entry',
  print(call, arg) {
    const value = call.args.u32(arg);
    const type = SOCKET_TYPES.known(value & SOCK_TYPE_MASK) && SOCKET_TYPES.text(value & SOCK_TYPE_MASK);
    const flags = type === undefined ? value : value & ~SOCK_TYPE_MASK;
    if (type === undefined) return SOCKET_FLAGS.text(flags);
    return flags === 0 ? type : `${type}|${SOCKET_FLAGS.text(flags)}`;
  },
};

/** The protocol, by the domain in the first argument. */
const protocol: InputType = {
  when: 'entry',
  print(call, arg, options) {
    const value = call.args.u32(arg);
    switch (call.args.u32(0)) {
      case AF_INET:
      case AF_INET6:
        return INET_PROTOCOLS.text(value);
      case AF_NETLINK:
        return NETLINK_PROTOCOLS.text(value);
      case AF_PACKET:
        return `htons(${ETHERNET_PROTOCOLS.text(((value & 0xff) << 8) | ((value >> 8) & 0xff))})`;
      default:
        return uint.print(call, arg, options);
    }
  },
};

/** A set of select(2) has a bit for each descriptor below the first argument; the kernel reads whole words. */
const DESCRIPTORS_LIMIT = 1024 * 1024;

function selectArguments(timeout: ArgumentType, more: readonly ArgumentType[] = []) {
  return (args: Call['args']): readonly ArgumentType[] => {
    const descriptors = Math.min(Math.max(args.i32(0), 0), DESCRIPTORS_LIMIT);
    const set = descriptors === 0 ? address : fdSet(Math.ceil(descriptors / 64) * 8, descriptors);
    return [int, set, set, set, timeout, ...more];
  };
}

/** What recvmmsg(2) says of its timeout. */
function messagesNote(call: CompletedCall): string | undefined {
  if (call.errno !== 0 || call.args.unsigned(4) === 0) return undefined;
  if (call.result.i32(0) === 0) return 'Timeout';
  const left = call.captured.bytes(4);
  return left === undefined ? undefined : `left ${timespecText(left)}`;
}

/** Data that are netlink's if the address says so. */
function addressedData(data: ArgumentType): ArgumentType {
  const print = data.print as OutputType['print'];
  const ofNetlink: OutputType['print'] = (call, arg, options) => {
    const bytes = call.captured.bytes(arg);
    const length = data.when === 'entry' ? call.args.unsigned(2) : call.result.signed(0);
    const isMessage = isNetlink(call.captured.bytes(4)) && bytes !== undefined && call.errno !== 14;
    return (
      (isMessage ? netlinkText(bytes, length, options.strings, options.stringLimit) : undefined) ??
      print(call, arg, options)
    );
  };
  return { ...data, print: ofNetlink, gap: NETLINK_GAP } as ArgumentType;
}

/** As many descriptors as an fd_set of the C library has room for. */
const FD_SETSIZE = 1024;
/** SO_ATTACH_FILTER, SO_ATTACH_REUSEPORT_CBPF. */
const SOCKET_FILTERS = [26, 51];

/** Sockets, and waiting for descriptors to become ready. */
export const SOCKETS: Readonly<Record<string, Signature>> = {
  socket: { args: [domain, socketType, protocol] },
  socketpair: { args: [domain, socketType, uint, pipeEnds] },
  bind: { args: [fd, sockaddrIn(2), int] },
  connect: { args: [fd, sockaddrIn(2), int] },
  listen: { args: [fd, int] },
  accept: { args: acceptArguments },
  accept4: { args: [...acceptArguments, socketFlags] },
  getsockname: { args: acceptArguments },
  getpeername: { args: acceptArguments },
  shutdown: { args: [fd, namedValue(SHUTDOWN_HOW)] },
  sendto: { args: [fd, addressedData(dataIn({ arg: 2 })), size, messageFlags, sockaddrIn(5), int] },
  recvfrom: {
    args: [fd, addressedData(dataOut({ result: true })), size, messageFlags, sockaddrOut(5), sockaddrLength],
  },
  sendmsg: { args: [fd, messageIn, messageFlags] },
  recvmsg: { args: [fd, messageOut, messageFlags] },
  sendmmsg: { args: [fd, messagesIn, uint, messageFlags] },
  recvmmsg: {
    args: [fd, messagesOut, uint, messageFlags, timespecTimeout],
    result: noted(decimalResult, messagesNote),
  },
  getsockopt: { args: getsockoptArguments },
  setsockopt: { args: setsockoptArguments, dependsOn: on(2, SOCKET_FILTERS) },
  poll: { args: [pollfds(1), uint, int], result: noted(decimalResult, pollNote()) },
  ppoll: { args: [pollfds(1), uint, timespecTimeout, sigsetIn, size], result: noted(decimalResult, pollNote(2)) },
  select: {
    args: selectArguments(timevalTimeout),
    result: noted(
      decimalResult,
      selectNote((bytes) => timevalText(bytes)),
    ),
    dependsOn: onSize(0, FD_SETSIZE),
  },
  pselect6: {
    args: selectArguments(timespecTimeout, [maskPair]),
    result: noted(
      decimalResult,
      selectNote((bytes) => timespecText(bytes)),
    ),
    dependsOn: onSize(0, FD_SETSIZE),
  },
  epoll_create: { args: [int] },
  epoll_create1: { args: [namedValue(EPOLL_CREATE_FLAGS)] },
  epoll_ctl: {
    args: (args) => [fd, namedValue(EPOLL_OPERATIONS), fd, args.u32(1) === EPOLL_CTL_DEL ? address : epollEventIn],
    dependsOn: on(1, [1, 2, 3]),
  },
  epoll_wait: { args: [fd, epollEventsOut, int, int] },
  epoll_pwait: { args: [fd, epollEventsOut, int, int, sigsetIn, size] },
  epoll_pwait2: { args: [fd, epollEventsOut, int, timespecIn, sigsetIn, size] },
};
