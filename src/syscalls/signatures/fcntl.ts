import type { Dependence } from '../../model/capture.ts';
import type { ArgumentType, Call, CompletedCall, ResultType } from '../argument-type.ts';
import { FCNTL_COMMANDS, FD_FLAGS, LOCK_TYPES, NOTIFY_FLAGS, OWNER_TYPES, SEALS } from '../constants/fcntl.ts';
import { SEEK_WHENCE } from '../constants/files.ts';
import { on, range } from '../dependence.ts';
import { decimalI64At, i16, i32, u32 } from '../memory-words.ts';
import { choice } from '../named-values.ts';
import { signalName } from '../signals.ts';
import { openFlagNames, openFlags } from '../types/flags.ts';
import {
  decimalResult,
  descriptorResult,
  fd,
  hexResult,
  int,
  namedValue,
  pid,
  signal,
  unknownWord,
} from '../types/numbers.ts';
import { boxed, structIn, structOut } from '../types/pointers.ts';

const FLOCK_SIZE = 32;

function flockFields(bytes: Uint8Array): string {
  return `l_type=${LOCK_TYPES.text(i16(bytes, 0))}, l_whence=${SEEK_WHENCE.text(i16(bytes, 2))}, l_start=${decimalI64At(bytes, 8)}, l_len=${decimalI64At(bytes, 16)}`;
}

const lockIn = structIn(FLOCK_SIZE, (bytes) => `{${flockFields(bytes)}}`);
const lockOut = structOut(FLOCK_SIZE, (bytes) => `{${flockFields(bytes)}, l_pid=${i32(bytes, 24)}}`);
const ownerText = (bytes: Uint8Array): string => `{type=${OWNER_TYPES.text(i32(bytes, 0))}, pid=${i32(bytes, 4)}}`;
const ownerIn = structIn(8, ownerText);
const ownerOut = structOut(8, ownerText);

const HINTS = choice('RWH_WRITE_LIFE_???', {
  RWH_WRITE_LIFE_NOT_SET: 0,
  RWH_WRITE_LIFE_NONE: 1,
  RWH_WRITE_LIFE_SHORT: 2,
  RWH_WRITE_LIFE_MEDIUM: 3,
  RWH_WRITE_LIFE_LONG: 4,
  RWH_WRITE_LIFE_EXTREME: 5,
});
const hintText = boxed((bytes) => HINTS.text64(u32(bytes, 0), u32(bytes, 4)));
const hintIn = structIn(8, hintText);
const hintOut = structOut(8, hintText);

const command = namedValue(FCNTL_COMMANDS);

/** The arguments of fcntl(2) by its command. */
export function fcntlArguments(args: Call['args']): readonly ArgumentType[] {
  switch (FCNTL_COMMANDS.known(args.u32(1))) {
    case 'F_GETFD':
    case 'F_GETFL':
    case 'F_GETOWN':
    case 'F_GETSIG':
    case 'F_GETLEASE':
    case 'F_GETPIPE_SZ':
    case 'F_GET_SEALS':
      return [fd, command];
    case 'F_SETFD':
      return [fd, command, namedValue(FD_FLAGS)];
    case 'F_SETFL':
      return [fd, command, openFlags];
    case 'F_DUPFD':
    case 'F_DUPFD_CLOEXEC':
    case 'F_SETPIPE_SZ':
    case 'F_DUPFD_QUERY':
      return [fd, command, int];
    case 'F_SETOWN':
      return [fd, command, pid];
    case 'F_SETSIG':
      return [fd, command, signal];
    case 'F_SETLK':
    case 'F_SETLKW':
    case 'F_OFD_SETLK':
    case 'F_OFD_SETLKW':
      return [fd, command, lockIn];
    case 'F_GETLK':
    case 'F_OFD_GETLK':
      return [fd, command, lockOut];
    case 'F_SETOWN_EX':
      return [fd, command, ownerIn];
    case 'F_GETOWN_EX':
      return [fd, command, ownerOut];
    case 'F_GET_RW_HINT':
    case 'F_GET_FILE_RW_HINT':
      return [fd, command, hintOut];
    case 'F_SET_RW_HINT':
    case 'F_SET_FILE_RW_HINT':
      return [fd, command, hintIn];
    case 'F_SETLEASE':
      return [fd, command, namedValue(LOCK_TYPES)];
    case 'F_NOTIFY':
      return [fd, command, namedValue(NOTIFY_FLAGS)];
    case 'F_ADD_SEALS':
      return [fd, command, namedValue(SEALS)];
    default:
      return [fd, command, unknownWord];
  }
}

/** Getters of flags are printed in hexadecimal, with a note that names them. */
export const fcntlResult: ResultType = {
  descriptor: true,
  text: (call, options) => resultOf(call).text(call, options),
  note: (call) => noteOf(call),
};

function resultOf(call: CompletedCall): ResultType {
  if (/^F_DUPFD(_CLOEXEC)?$/.test(FCNTL_COMMANDS.known(call.args.u32(1)) ?? '')) return descriptorResult;
  return isFlags(call) ? hexResult : decimalResult;
}

function isFlags(call: CompletedCall): boolean {
  return noteOf(call) !== undefined && FCNTL_COMMANDS.known(call.args.u32(1)) !== 'F_GETSIG';
}

function noteOf(call: CompletedCall): string | undefined {
  if (call.errno !== 0) return undefined;
  const value = call.result.u32(0);
  switch (FCNTL_COMMANDS.known(call.args.u32(1))) {
    case 'F_GETFD':
      return value === 0 ? undefined : `flags ${FD_FLAGS.text(value)}`;
    case 'F_GETFL':
      return `flags ${openFlagNames(value)}`;
    case 'F_GETLEASE':
      return LOCK_TYPES.text(value);
    case 'F_GET_SEALS':
      return value === 0 ? undefined : `seals ${SEALS.text(value)}`;
    case 'F_GETSIG':
      return value === 0 ? undefined : signalName(value);
    default:
      return undefined;
  }
}

/** The commands whose third argument may be more than a number. */
export const FCNTL_DEPENDENCE: Dependence = on(1, [...range(0, 48), ...range(1024, 1044)]);
