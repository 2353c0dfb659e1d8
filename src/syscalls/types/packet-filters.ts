import type { Call, InputType, PrintOptions } from '../argument-type.ts';
import { hex, pointerAt, u8, u16, u32 } from '../memory-words.ts';
import { choice, type NamedValues } from '../named-values.ts';
import { addressText } from './numbers.ts';
import { arrayText } from './pointers.ts';

/** Programs of classic BPF: <linux/bpf_common.h>, <linux/filter.h>. */

const PROGRAM_SIZE = 16;
const INSTRUCTION_SIZE = 8;
const LENGTH_AT = 0;
const FILTER_AT = 8;

function codes(names: string, step: number): NamedValues {
  return choice('BPF_???', Object.fromEntries(names.split(' ').map((name, i) => [`BPF_${name}`, i * step])));
}

const CLASSES = codes('LD LDX ST STX ALU JMP RET MISC', 1);
const SIZES = codes('W H B', 8);
const MODES = codes('IMM ABS IND MEM LEN MSH', 0x20);
const SOURCES = codes('K X', 8);
const ARITHMETIC = codes('ADD SUB MUL DIV OR AND LSH RSH NEG MOD XOR', 0x10);
const JUMPS = codes('JA JEQ JGT JGE JSET', 0x10);
const RETURNS = codes('K X A', 8);
const MISC = codes('TAX TXA', 0x80);
/** What a seccomp filter decides. */
export const SECCOMP_ACTIONS: NamedValues = choice('SECCOMP_RET_???', {
  SECCOMP_RET_KILL_PROCESS: 0x8000_0000,
  SECCOMP_RET_KILL_THREAD: 0,
  SECCOMP_RET_TRAP: 0x3_0000,
  SECCOMP_RET_ERRNO: 0x5_0000,
  SECCOMP_RET_USER_NOTIF: 0x7fc0_0000,
  SECCOMP_RET_TRACE: 0x7ff0_0000,
  SECCOMP_RET_LOG: 0x7ffc_0000,
  SECCOMP_RET_ALLOW: 0x7fff_0000,
});

function codeText(code: number): string {
  const rest = code & ~7;
  const parts = [CLASSES.text(code & 7)];
  const unknown = (value: number): string[] => (value === 0 ? [] : [`${hex(value)} /* BPF_??? */`]);
  switch (code & 7) {
    case 0:
    case 1:
      parts.push(SIZES.text(code & 0x18), MODES.text(code & 0xe0));
      break;
    case 2:
    case 3:
      parts.push(...unknown(rest));
      break;
    case 4:
      parts.push(SOURCES.text(code & 8), ARITHMETIC.text(code & 0xf0));
      break;
    case 5:
      parts.push(SOURCES.text(code & 8), JUMPS.text(code & 0xf0));
      break;
    case 6:
      parts.push(RETURNS.text(code & 0x18), ...unknown(rest & ~0x18));
      break;
    case 7:
      parts.push(MISC.text(code & 0xf8), ...unknown(rest & ~0xf8));
      break;
  }
  return parts.join('|');
}

function actionText(value: number): string {
  const data = value & 0xffff;
  const action = SECCOMP_ACTIONS.text(value & ~0xffff);
  return data === 0 ? action : `${action}|${hex(data)}`;
}

function instructionText(bytes: Uint8Array, isSeccomp: boolean): string {
  const code = u16(bytes, 0);
  const operand = u32(bytes, 4);
  if (u8(bytes, 2) !== 0 || u8(bytes, 3) !== 0) {
    return `BPF_JUMP(${codeText(code)}, ${hex(operand)}, ${hex(u8(bytes, 2))}, ${hex(u8(bytes, 3))})`;
  }
  const returns = isSeccomp && (code & 7) === 6;
  return `BPF_STMT(${codeText(code)}, ${returns ? actionText(operand) : hex(operand)})`;
}

/** struct sock_fprog: how long a program is, and where; with -v the program. */
function filterText(
  header: Uint8Array,
  program: Uint8Array | undefined,
  kind: 'seccomp' | 'socket',
  options: PrintOptions,
  call: Call,
): string {
  const shown =
    options.verbose && program !== undefined
      ? arrayText(program, INSTRUCTION_SIZE, (bytes) => instructionText(bytes, kind === 'seccomp'), options, call)
      : pointerAt(header, FILTER_AT);
  return `{len=${u16(header, LENGTH_AT)}, filter=${shown}}`;
}

/** A filter that the program passes: seccomp(2), prctl(2), SO_ATTACH_FILTER. */
export function filterIn(kind: 'seccomp' | 'socket'): InputType {
  return {
    when: 'entry',
    capture: (arg) => [
      { arg, at: 'entry', kind: 'bytes', size: PROGRAM_SIZE },
      {
        arg,
        at: 'entry',
        kind: 'behind',
        part: 1,
        offset: FILTER_AT,
        size: { at: LENGTH_AT, width: 2, times: INSTRUCTION_SIZE },
      },
    ],
    print(call, arg, options) {
      const header = call.captured.bytes(arg);
      if (header === undefined || header.length < PROGRAM_SIZE) return addressText(call.args, arg);
      return filterText(header, call.captured.bytes(arg, 1), kind, options, call);
    },
  };
}
