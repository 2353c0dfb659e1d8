import type { ArgWords } from '../model/arg-words.ts';
import type { SyscallAbi } from '../model/trace-event.ts';
import { syscallEntry } from './syscall-table.ts';

/** The words of a call as the kernel reads them: of an int, what stands in the upper half of the register has no meaning. */

interface Words {
  readonly nr: number;
  readonly abi: SyscallAbi;
  readonly args: ArgWords;
}

/** How many bytes of an argument's word the kernel reads. */
export function widthOf({ nr, abi }: Omit<Words, 'args'>, index: number): 2 | 4 | 8 {
  return abi === 'x86_64' ? (syscallEntry(nr)?.args[index]?.width ?? 8) : 4;
}

/** The upper half of a word, taken as unsigned: zero where the kernel reads none. */
export function upperHalf(call: Words, index: number): number {
  return widthOf(call, index) === 8 ? call.args.high(index) : 0;
}

/** The same of a word that is signed: that of an int is its sign. */
export function signedUpperHalf(call: Words, index: number): number {
  return widthOf(call, index) === 8 ? call.args.high(index) : call.args.i32(index) < 0 ? 0xffff_ffff : 0;
}

/** A word as an unsigned number, such as a size or a count: exact up to 2^53. */
export function unsignedWord(call: Words, index: number): number {
  return widthOf(call, index) === 8 ? call.args.unsigned(index) : call.args.u32(index);
}
