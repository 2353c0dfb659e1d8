import type { ArgumentType, Call, InputType } from '../argument-type.ts';
import { constantText } from '../constant-style.ts';
import * as request from '../constants/ioctls.ts';
import { hex, i32 } from '../memory-words.ts';
import { choice } from '../named-values.ts';
import { fd, hexadecimal, int, namedValue } from '../types/numbers.ts';
import { boxed, structIn, structOut } from '../types/pointers.ts';
import { TERMIOS_SIZE, termiosText, WINSIZE_SIZE, winsizeText } from '../types/terminals.ts';

const DIRECTIONS = ['_IOC_NONE', '_IOC_WRITE', '_IOC_READ', '_IOC_READ|_IOC_WRITE'];

/** A request by its name, or taken apart as the _IOC() macro puts it together. */
const code: InputType = {
  when: 'entry',
  print(call, arg) {
    const value = call.args.u32(arg);
    const name = request.IOCTL_REQUESTS.known(value);
    if (name !== undefined) return constantText(hex(value), name);
    const size = (value >>> 16) & 0x3fff;
    return constantText(
      hex(value),
      `_IOC(${DIRECTIONS[value >>> 30]}, ${hex((value >>> 8) & 0xff)}, ${hex(value & 0xff)}, ${hex(size)})`,
    );
  },
};

const number = boxed((bytes) => String(i32(bytes, 0)));
const numberIn = structIn(4, number);
const numberOut = structOut(4, number);
const termiosIn = structIn(TERMIOS_SIZE, termiosText);
const termiosOut = structOut(TERMIOS_SIZE, termiosText);
const winsizeIn = structIn(WINSIZE_SIZE, winsizeText);
const winsizeOut = structOut(WINSIZE_SIZE, winsizeText);
const flushQueue = namedValue(choice('TC???FLUSH', { TCIFLUSH: 0, TCOFLUSH: 1, TCIOFLUSH: 2 }));
const flow = namedValue(choice('TC???', { TCOOFF: 0, TCOON: 1, TCIOFF: 2, TCION: 3 }));

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
  switch (request.IOCTL_REQUESTS.known(value)) {
    case 'FIOASYNC':
      return [fd, code, numberIn];
    case 'TCFLSH':
      return [fd, code, flushQueue];
    case 'TCXONC':
      return [fd, code, flow];
    case 'TCSBRK':
    case 'TCSBRKP':
    case 'TIOCSCTTY':
      return [fd, code, int];
    case 'FIOCLEX':
    case 'FIONCLEX':
    case 'TIOCNOTTY':
    case 'TIOCEXCL':
    case 'TIOCNXCL':
      return [fd, code];
    default:
      return [fd, code, hexadecimal];
  }
}
