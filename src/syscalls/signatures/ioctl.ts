import type { Dependence } from '../../model/capture.ts';
import type { ArgumentType, Call, InputType, OutputType, PrintOptions } from '../argument-type.ts';
import { FILE_ATTRIBUTES, INTERFACE_FLAGS, MODEM_LINES } from '../constants/devices.ts';
import * as request from '../constants/ioctls.ts';
import { range as numbers, on } from '../dependence.ts';
import { ioctlName, ioctlText } from '../ioctl-names.ts';
import { decimalI64At, decimalU64At, i32, u16, u32 } from '../memory-words.ts';
import { choice } from '../named-values.ts';
import { quotedUntilNul } from '../quoted-text.ts';
import { fd, hexadecimal, int, namedValue, unknownWord } from '../types/numbers.ts';
import { boxed, structIn, structInOut, structOut } from '../types/pointers.ts';
import { i32At, record, x64At } from '../types/records.ts';
import { sockaddrText } from '../types/sockaddr.ts';
import { TERMIOS_SIZE, termiosText, WINSIZE_SIZE, winsizeText } from '../types/terminals.ts';

/** A request by its name, or taken apart as the _IOC() macro puts it together. */
const code: InputType = { when: 'entry', print: (call, arg) => ioctlText(call.args.u32(arg)) };

const number = boxed((bytes) => String(i32(bytes, 0)));
const numberIn = structIn(4, number);
const numberOut = structOut(4, number);
const termiosIn = structIn(TERMIOS_SIZE, termiosText);
const termiosOut = structOut(TERMIOS_SIZE, termiosText);
const winsizeIn = structIn(WINSIZE_SIZE, winsizeText);
const winsizeOut = structOut(WINSIZE_SIZE, winsizeText);
const flushQueue = namedValue(choice('TC???FLUSH', { TCIFLUSH: 0, TCOFLUSH: 1, TCIOFLUSH: 2 }));
const flow = namedValue(choice('TC???', { TCOOFF: 0, TCOON: 1, TCIOFF: 2, TCION: 3 }));

const longOut = structOut(
  8,
  boxed((bytes) => decimalI64At(bytes, 0)),
);
const sizeOut = structOut(
  8,
  boxed((bytes) => decimalU64At(bytes, 0)),
);
const attributesText = boxed((bytes) => FILE_ATTRIBUTES.text(u32(bytes, 0)));
const dateOut = structOut(
  36,
  record(
    Object.fromEntries(
      ['sec', 'min', 'hour', 'mday', 'mon', 'year', 'wday', 'yday', 'isdst'].map((name, i) => [
        `tm_${name}`,
        i32At(4 * i),
      ]),
    ),
  ),
);
const range = structIn(24, record({ start: x64At(0), len: x64At(8), minlen: x64At(16) }));
const modemText = boxed((bytes) => MODEM_LINES.text(u32(bytes, 0)));
const modemIn = structIn(4, modemText);
const modemOut = structOut(4, modemText);

/** What is asked of a network interface: its name, and what the request is about. */
const IFREQ_SIZE = 40;
const IFNAMSIZ = 16;

function interfaceName(bytes: Uint8Array, options: PrintOptions): string {
  return `ifr_name=${quotedUntilNul(bytes.subarray(0, IFNAMSIZ), options.strings)}`;
}

type InterfaceField = (bytes: Uint8Array, options: PrintOptions) => string;

const INTERFACE_FIELDS: Readonly<Record<string, InterfaceField>> = {
  FLAGS: (bytes) => `ifr_flags=${INTERFACE_FLAGS.text(u16(bytes, IFNAMSIZ))}`,
  METRIC: (bytes) => `ifr_metric=${i32(bytes, IFNAMSIZ)}`,
  MTU: (bytes) => `ifr_mtu=${i32(bytes, IFNAMSIZ)}`,
  INDEX: (bytes) => `ifr_ifindex=${i32(bytes, IFNAMSIZ)}`,
  TXQLEN: (bytes) => `ifr_qlen=${i32(bytes, IFNAMSIZ)}`,
  ADDR: (bytes, options) => `ifr_addr=${interfaceAddress(bytes, options)}`,
  DSTADDR: (bytes, options) => `ifr_dstaddr=${interfaceAddress(bytes, options)}`,
  BRDADDR: (bytes, options) => `ifr_broadaddr=${interfaceAddress(bytes, options)}`,
  NETMASK: (bytes, options) => `ifr_netmask=${interfaceAddress(bytes, options)}`,
};

function interfaceAddress(bytes: Uint8Array, options: PrintOptions): string {
  return sockaddrText(bytes.subarray(IFNAMSIZ, IFNAMSIZ + 16), options);
}

/** What a request gets: with the name alone if it failed. */
function interfaceGets(field: InterfaceField): OutputType {
  return structInOut(IFREQ_SIZE, (before, after, options) =>
    after === undefined
      ? `{${interfaceName(before, options)}}`
      : `{${interfaceName(before, options)}, ${field(after, options)}}`,
  );
}

function interfaceSets(field: InterfaceField): InputType {
  return structIn(IFREQ_SIZE, (bytes, options) => `{${interfaceName(bytes, options)}, ${field(bytes, options)}}`);
}

const interfaceRequests: Readonly<Record<string, readonly ArgumentType[]>> = Object.fromEntries(
  Object.entries(INTERFACE_FIELDS).flatMap(([name, field]) => [
    [`SIOCGIF${name}`, [interfaceGets(field)]],
    [`SIOCSIF${name}`, [interfaceSets(field)]],
  ]),
);

/** The arguments of requests after their codes. */
const ARGUMENTS: Readonly<Record<string, readonly ArgumentType[]>> = {
  FIOASYNC: [numberIn],
  FIGETBSZ: [numberOut],
  FIOQSIZE: [longOut],
  TCFLSH: [flushQueue],
  TCXONC: [flow],
  TCSBRK: [int],
  TCSBRKP: [int],
  TIOCSCTTY: [int],
  FIOCLEX: [],
  FIONCLEX: [],
  TIOCNOTTY: [],
  TIOCEXCL: [],
  TIOCNXCL: [],
  TIOCMGET: [modemOut],
  TIOCMSET: [modemIn],
  TIOCMBIS: [modemIn],
  TIOCMBIC: [modemIn],
  TIOCGETD: [numberOut],
  TIOCSETD: [numberIn],
  TIOCPKT: [numberIn],
  TIOCGPTPEER: [hexadecimal],
  BLKGETSIZE64: [sizeOut],
  BLKGETSIZE: [sizeOut],
  BLKSSZGET: [numberOut],
  BLKBSZGET: [numberOut],
  BLKPBSZGET: [numberOut],
  BLKIOMIN: [numberOut],
  BLKIOOPT: [numberOut],
  BLKALIGNOFF: [numberOut],
  BLKROGET: [numberOut],
  BLKROSET: [numberIn],
  BLKRAGET: [longOut],
  BLKFRAGET: [longOut],
  BLKFLSBUF: [],
  BLKRRPART: [],
  FITRIM: [range],
  FS_IOC_GETFLAGS: [structOut(8, attributesText)],
  FS_IOC_SETFLAGS: [structIn(8, attributesText)],
  FS_IOC_GETVERSION: [longOut],
  FIFREEZE: [],
  FITHAW: [],
  RNDGETENTCNT: [numberOut],
  RNDADDTOENTCNT: [numberIn],
  RNDCLEARPOOL: [],
  RNDZAPENTCNT: [],
  RNDRESEEDCRNG: [],
  RTC_RD_TIME: [dateOut],
  LOOP_SET_FD: [int],
  LOOP_CLR_FD: [],
  LOOP_CTL_GET_FREE: [],
  LOOP_CTL_ADD: [int],
  LOOP_CTL_REMOVE: [int],
  NS_GET_USERNS: [],
  NS_GET_PARENT: [],
  NS_GET_NSTYPE: [],
  NS_GET_OWNER_UID: [
    structOut(
      4,
      boxed((bytes) => String(u32(bytes, 0))),
    ),
  ],
  PERF_EVENT_IOC_ENABLE: [hexadecimal],
  PERF_EVENT_IOC_DISABLE: [hexadecimal],
  ...interfaceRequests,
};

/** The arguments of ioctl(2) by its request. */
export function ioctlArguments(args: Call['args']): readonly ArgumentType[] {
  const value = args.u32(1);
  switch (value) {
    case request.TCGETS:
      return [fd, code, termiosOut];
    case request.TCSETS:
    case request.TCSETSW:
    case request.TCSETSF:
      return [fd, code, termiosIn];
    case request.TIOCGWINSZ:
      return [fd, code, winsizeOut];
    case request.TIOCSWINSZ:
      return [fd, code, winsizeIn];
    case request.TIOCSPGRP:
    case request.FIONBIO:
    case request.TIOCSPTLCK:
      return [fd, code, numberIn];
    case request.TIOCGPGRP:
    case request.TIOCGSID:
    case request.TIOCOUTQ:
    case request.TIOCGPTN:
    case request.FIONREAD:
      return [fd, code, numberOut];
    case request.FICLONE:
      return [fd, code, int];
  }
  const name = ioctlName(value);
  const types = name === undefined ? undefined : ARGUMENTS[name];
  return [fd, code, ...(types ?? [unknownWord])];
}

/**
 * The requests that pass structures: of terminals, of block devices and interfaces, then TIOCSPTLCK, TIOCGPTN, BLKGETSIZE64,
 * FS_IOC_GETFLAGS, RNDGETENTCNT, RTC_RD_TIME.
 */
export const IOCTL_DEPENDENCE: Dependence = on(1, [
  ...numbers(0x5401, 0x5480),
  ...numbers(0x125d, 0x127f),
  ...numbers(0x8910, 0x8945),
  ...[0x40045431, 0x80045430, 0x80081272, 0x80086601, 0x80045200, 0x80247009],
]);
