import path from 'node:path';
import type { StackFrame } from '../model/stack-frame.ts';

/** Files of code that is not the program's own. */
const LIBRARY = /\.so(\.[\d.]+)?$|^\[/;

/** Of an interpreter that is all in a library, it is all that the program has of its own. */
const START = '_start';

/** Where a call is made, as people want to know it: in the program, not in the libraries that got there. */
export interface Place {
  /** The innermost function of the program's own; of a library, where there is none. */
  readonly frame: StackFrame;
  /** The library function that it calls. */
  readonly calls: string | undefined;
  /** The function that calls it. */
  readonly caller: StackFrame | undefined;
}

export function placeOf(stack: readonly StackFrame[]): Place | undefined {
  const own = stack.findIndex(({ file, symbol }) => !LIBRARY.test(file) && symbol !== START);
  const index = Math.max(own, 0);
  const frame = stack[index];
  if (frame === undefined) return undefined;
  const caller = stack.slice(index + 1).find(({ file, symbol }) => symbol !== undefined && !LIBRARY.test(file));
  return { frame, calls: stack[index - 1]?.symbol, caller };
}

/**
 * `src/save.c:88 in save; called by main (src/main.c:21)`; without lines of sources `save+0x2c in /usr/bin/out`.
 *
 * @param directories sources below one of these are named from there on
 */
export function placeText({ frame, calls, caller }: Place, syscall: string, directories: readonly string[]): string {
  const through = calls === undefined || calls.replace(/^_+/, '') === syscall ? '' : `, which calls ${calls}`;
  const line = caller?.source === undefined ? '' : ` (${below(caller.source, directories)})`;
  const by = caller?.symbol === undefined ? '' : `; called by ${caller.symbol}${line}`;
  return `${frameText(frame, directories)}${through}${by}`;
}

function frameText({ file, symbol, offset, address, source }: StackFrame, directories: readonly string[]): string {
  const line = source === undefined ? undefined : below(source, directories);
  if (line !== undefined) return symbol === undefined ? line : `${line} in ${symbol}`;
  if (symbol === undefined) return `${file}+0x${address.toString(16)}`;
  return `${symbol}+0x${offset.toString(16)} in ${file}`;
}

function below(file: string, directories: readonly string[]): string {
  const directory = directories.find((one) => file.startsWith(`${one}/`));
  return directory === undefined ? file : file.slice(directory.length + 1);
}

/** `zip+0x2c`, for lists. */
export function shortPlace({ frame: { file, symbol, offset, address, source } }: Place): string {
  if (source !== undefined) return path.basename(source);
  return symbol === undefined
    ? `${path.basename(file)}+0x${address.toString(16)}`
    : `${symbol}+0x${offset.toString(16)}`;
}
