import { SYS } from './syscall-numbers.ts';

/** Classic BPF for seccomp(2): which system calls of a task stop for the tracer. */

const BPF_LD_W_ABS = 0x20;
const BPF_JMP_JEQ_K = 0x15;
const BPF_JMP_JGE_K = 0x35;
const BPF_JMP_JSET_K = 0x45;
const BPF_RET_K = 0x06;

const SECCOMP_RET_TRACE = 0x7ff00000;
const SECCOMP_RET_ALLOW = 0x7fff0000;

const AUDIT_ARCH_X86_64 = 0xc000003e;

/** Offsets in struct seccomp_data. */
const NR = 0;
const ARCH = 4;
const ARGUMENTS = 16;
const ARGUMENT_BYTES = 8;

/** No call has a number from here on: they always stop, as rare as they are. */
const FIRST_UNKNOWN = 1024;

/** A flag of clone(2), and of clone3(2), which takes its flags in memory. */
export const CLONE_UNTRACED = 0x800000;

/** On the argument with this index: its 64 bits are not 0, or its lower 32 bits (all that counts of an int) are this value. */
export interface ArgumentCondition {
  readonly argument: number;
  readonly is: 'not-zero' | number;
}

/** Calls, by number, that stop only if an argument meets a condition. */
export type ArgumentConditions = ReadonlyMap<number, ArgumentCondition>;

interface Range {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/**
 * The program that lets all system calls run at native speed but those in `numbers` (x86-64), which stop for the
 * tracer, and those in `conditions` if these hold. Calls by another ABI (32-bit, x32) and
 * by numbers that no call has always stop: the tracer decides what to make of them. So does whatever makes,
 * or may make, a task that nobody traces: its calls would all fail under this filter.
 *
 * A binary search over ranges of numbers: about eight comparisons for any set.
 */
export function traceFilter(numbers: 'all' | Iterable<number>, conditions: ArgumentConditions = new Map()): Uint8Array {
  if (numbers === 'all') return assemble([[BPF_RET_K, 0, 0, SECCOMP_RET_TRACE]]);
  const code: Instruction[] = [
    [BPF_LD_W_ABS, 0, 0, ARCH],
    [BPF_JMP_JEQ_K, 1, 0, AUDIT_ARCH_X86_64],
    [BPF_RET_K, 0, 0, SECCOMP_RET_TRACE],
    [BPF_LD_W_ABS, 0, 0, NR],
    // Unknown ones, and those of x32, which have bit 30 set.
    [BPF_JMP_JGE_K, 0, 1, FIRST_UNKNOWN],
    [BPF_RET_K, 0, 0, SECCOMP_RET_TRACE],
    [BPF_JMP_JEQ_K, 0, 4, SYS.clone],
    [BPF_LD_W_ABS, 0, 0, ARGUMENTS],
    [BPF_JMP_JSET_K, 0, 1, CLONE_UNTRACED],
    [BPF_RET_K, 0, 0, SECCOMP_RET_TRACE],
    [BPF_LD_W_ABS, 0, 0, NR],
    ...[...conditions].flatMap(([number, { argument, is }]) =>
      is === 'not-zero' ? stopUnlessZero(number, argument) : stopIfEqual(number, argument, is),
    ),
    ...search(boundaries([...numbers, SYS.clone3]), false),
  ];
  return assemble(code);
}

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, k: number];

/** The number is in the accumulator, and stays there if it is another one. */
function stopUnlessZero(number: number, argument: number): Instruction[] {
  const at = ARGUMENTS + argument * ARGUMENT_BYTES;
  return [
    [BPF_JMP_JEQ_K, 0, 6, number],
    [BPF_LD_W_ABS, 0, 0, at],
    [BPF_JMP_JEQ_K, 0, 2, 0],
    [BPF_LD_W_ABS, 0, 0, at + 4],
    [BPF_JMP_JEQ_K, 1, 0, 0],
    [BPF_RET_K, 0, 0, SECCOMP_RET_TRACE],
    [BPF_RET_K, 0, 0, SECCOMP_RET_ALLOW],
  ];
}

function stopIfEqual(number: number, argument: number, value: number): Instruction[] {
  return [
    [BPF_JMP_JEQ_K, 0, 4, number],
    [BPF_LD_W_ABS, 0, 0, ARGUMENTS + argument * ARGUMENT_BYTES],
    [BPF_JMP_JEQ_K, 0, 1, value],
    [BPF_RET_K, 0, 0, SECCOMP_RET_TRACE],
    [BPF_RET_K, 0, 0, SECCOMP_RET_ALLOW],
  ];
}

/** The numbers at which membership changes, ascending: in from the first, out from the second, ... */
function boundaries(numbers: Iterable<number>): number[] {
  const ranges: Range[] = [];
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.to === number) ranges[ranges.length - 1] = { from: last.from, to: number + 1 };
    else ranges.push({ from: number, to: number + 1 });
  }
  return ranges.flatMap(({ from, to }) => [from, to]);
}

/** Code that returns for the number in the accumulator; `inside` says whether numbers below the first boundary are members. */
function search(bounds: readonly number[], inside: boolean): Instruction[] {
  if (bounds.length === 0) return [[BPF_RET_K, 0, 0, inside ? SECCOMP_RET_TRACE : SECCOMP_RET_ALLOW]];
  const middle = bounds.length >> 1;
  const below = search(bounds.slice(0, middle), inside);
  const above = search(bounds.slice(middle + 1), inside !== (middle % 2 === 0));
  // A conditional jump reaches 255 instructions; the table of calls is small enough for that (a test shows it).
  return [[BPF_JMP_JGE_K, below.length, 0, bounds[middle]!], ...below, ...above];
}

/** Bytes of one struct sock_filter. */
const INSTRUCTION_SIZE = 8;

function assemble(code: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(code.length * INSTRUCTION_SIZE);
  const view = new DataView(bytes.buffer);
  code.forEach(([operation, ifTrue, ifFalse, k], index) => {
    if (ifTrue > 255) throw new RangeError(`seccomp filter: a jump of ${ifTrue} is too far`);
    const at = index * INSTRUCTION_SIZE;
    view.setUint16(at, operation, true);
    view.setUint8(at + 2, ifTrue);
    view.setUint8(at + 3, ifFalse);
    view.setUint32(at + 4, k, true);
  });
  return bytes;
}

/** How many instructions a program has, as struct sock_fprog wants it. */
export function instructionCount(program: Uint8Array): number {
  return program.length / INSTRUCTION_SIZE;
}
