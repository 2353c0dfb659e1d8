import { choice, flags, type NamedValues } from '../named-values.ts';

/** termios(3) c_iflag. */
export const INPUT_MODES: NamedValues = flags(undefined, {
  IGNBRK: 0o1,
  BRKINT: 0o2,
  IGNPAR: 0o4,
  PARMRK: 0o10,
  INPCK: 0o20,
  ISTRIP: 0o40,
  INLCR: 0o100,
  IGNCR: 0o200,
  ICRNL: 0o400,
  IUCLC: 0o1000,
  IXON: 0o2000,
  IXANY: 0o4000,
  IXOFF: 0o10000,
  IMAXBEL: 0o20000,
  IUTF8: 0o40000,
});

/** The delays within c_oflag: mask and names, in the order in which they are printed. */
export const OUTPUT_DELAYS: readonly (readonly [number, NamedValues])[] = [
  [0o400, choice('NL?', { NL0: 0, NL1: 0o400 })],
  [0o3000, choice('CR?', { CR0: 0, CR1: 0o1000, CR2: 0o2000, CR3: 0o3000 })],
  [0o14000, choice('TAB?', { TAB0: 0, TAB1: 0o4000, TAB2: 0o10000, XTABS: 0o14000 })],
  [0o20000, choice('BS?', { BS0: 0, BS1: 0o20000 })],
  [0o40000, choice('VT?', { VT0: 0, VT1: 0o40000 })],
  [0o100000, choice('FF?', { FF0: 0, FF1: 0o100000 })],
];

/** c_oflag without its delays. */
export const OUTPUT_MODES: NamedValues = flags(undefined, {
  OPOST: 0o1,
  OLCUC: 0o2,
  ONLCR: 0o4,
  OCRNL: 0o10,
  ONOCR: 0o20,
  ONLRET: 0o40,
  OFILL: 0o100,
  OFDEL: 0o200,
});

export const CBAUD = 0o10017;
export const CSIZE = 0o60;

export const BAUD_RATES: NamedValues = choice('B???', {
  B0: 0,
  B50: 1,
  B75: 2,
  B110: 3,
  B134: 4,
  B150: 5,
  B200: 6,
  B300: 7,
  B600: 8,
  B1200: 9,
  B1800: 10,
  B2400: 11,
  B4800: 12,
  B9600: 13,
  B19200: 14,
  B38400: 15,
  BOTHER: 0o10000,
  B57600: 0o10001,
  B115200: 0o10002,
  B230400: 0o10003,
  B460800: 0o10004,
  B921600: 0o10007,
  B1000000: 0o10010,
});

export const CHARACTER_SIZES: NamedValues = choice('CS?', { CS5: 0, CS6: 0o20, CS7: 0o40, CS8: 0o60 });

/** c_cflag without speed and character size. */
export const CONTROL_MODES: NamedValues = flags(undefined, {
  CSTOPB: 0o100,
  CREAD: 0o200,
  PARENB: 0o400,
  PARODD: 0o1000,
  HUPCL: 0o2000,
  CLOCAL: 0o4000,
  CMSPAR: 0o10000000000,
  CRTSCTS: 0o20000000000,
});

/** c_lflag. */
export const LOCAL_MODES: NamedValues = flags(undefined, {
  ISIG: 0o1,
  ICANON: 0o2,
  XCASE: 0o4,
  ECHO: 0o10,
  ECHOE: 0o20,
  ECHOK: 0o40,
  ECHONL: 0o100,
  NOFLSH: 0o200,
  TOSTOP: 0o400,
  IEXTEN: 0o100000,
  ECHOCTL: 0o1000,
  ECHOPRT: 0o2000,
  ECHOKE: 0o4000,
  FLUSHO: 0o10000,
  PENDIN: 0o40000,
  EXTPROC: 0o200000,
});

export const LINE_DISCIPLINES: NamedValues = choice(
  'N_???',
  Object.fromEntries(
    'TTY SLIP MOUSE PPP STRIP AX25 X25 6PACK MASC R3964 PROFIBUS_FDL IRDA SMSBLOCK HDLC SYNC_PPP HCI GIGASET_M101 SLCAN PPS V253 CAIF GSM0710 TI_WL TRACESINK TRACEROUTER NCI SPEAKUP NULL MCTP DEVELOPMENT CAN327'
      .split(' ')
      .map((name, i) => [`N_${name}`, i]),
  ),
);
