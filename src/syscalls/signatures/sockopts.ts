import type { ArgumentType, Call, InputType, OutputType, PrintOptions } from '../argument-type.ts';
import { constantText } from '../constant-style.ts';
import { optionsOfLevel, SO_ERROR, SO_LINGER, SO_PEERCRED, SOCKET_LEVELS, SOL_SOCKET } from '../constants/sockets.ts';
import { errnoNameOf } from '../errnos.ts';
import { i32, u32 } from '../memory-words.ts';
import { quoted } from '../quoted-text.ts';
import { addressText, fd, int, namedValue } from '../types/numbers.ts';
import { sockaddrLength } from '../types/sockaddr.ts';

const level = namedValue(SOCKET_LEVELS);

/** The name of an option, by the level in the second argument. */
const option: InputType = {
  when: 'entry',
  print: (call, arg) => optionsOfLevel(call.args.i32(1))?.text(call.args.u32(arg)) ?? String(call.args.u32(arg)),
};

const valueIn: InputType = {
  when: 'entry',
  capture: (arg) => [{ arg, at: 'entry', kind: 'bytes', size: { arg: 4 } }],
  print(call, arg, options) {
    const bytes = call.captured.bytes(arg);
    return bytes === undefined ? addressText(call.args, arg) : valueText(call, bytes, options);
  },
};

const valueOut: OutputType = {
  when: 'exit',
  capture: (arg) => [{ arg, at: 'exit', kind: 'bytes', size: { pointedBy: 4 } }],
  print(call, arg, options) {
    const bytes = call.errno === 0 ? call.captured.bytes(arg) : undefined;
    return bytes === undefined ? addressText(call.args, arg) : valueText(call, bytes, options);
  },
};

/** A number in brackets, unless the option is a structure or a string. */
function valueText(call: Call, bytes: Uint8Array, { strings }: PrintOptions): string {
  if (call.args.i32(1) === SOL_SOCKET) {
    const text = socketValue(call.args.i32(2), bytes);
    if (text !== undefined) return text;
  }
  return bytes.length === 4 ? `[${i32(bytes, 0)}]` : quoted(bytes, strings);
}

function socketValue(name: number, bytes: Uint8Array): string | undefined {
  if (name === SO_LINGER && bytes.length >= 8) return `{l_onoff=${i32(bytes, 0)}, l_linger=${i32(bytes, 4)}}`;
  if (name === SO_PEERCRED && bytes.length >= 12) {
    return `{pid=${i32(bytes, 0)}, uid=${u32(bytes, 4)}, gid=${u32(bytes, 8)}}`;
  }
  if (name === SO_ERROR && bytes.length >= 4)
    return `[${constantText(String(i32(bytes, 0)), errnoNameOf(i32(bytes, 0)))}]`;
  return undefined;
}

export const setsockoptArguments: readonly ArgumentType[] = [fd, level, option, valueIn, int];
export const getsockoptArguments: readonly ArgumentType[] = [fd, level, option, valueOut, sockaddrLength];
