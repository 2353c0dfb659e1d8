import type { StackFrame } from '../model/stack-frame.ts';

/** A stack as strace prints it, a line a frame: ` > /usr/lib/libc.so.6(write+0x14) [0xf7d44] write.c:26`. */
export function stackLines(stack: readonly StackFrame[]): string {
  return stack.map((frame) => ` > ${frameText(frame)}\n`).join('');
}

/** `/usr/lib/libc.so.6(write+0x14) [0xf7d44] write.c:26`; without a function or a source, without these. */
export function frameText({ file, symbol, offset, address, source }: StackFrame): string {
  const where = symbol === undefined ? '' : `${symbol}+0x${offset.toString(16)}`;
  return `${file}(${where}) [0x${address.toString(16)}]${source === undefined ? '' : ` ${source}`}`;
}
