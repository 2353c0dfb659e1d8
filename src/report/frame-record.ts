import type { StackFrame } from '../model/stack-frame.ts';

/** A frame of a stack in JSON. */
export interface FrameRecord {
  file: string;
  symbol: string | null;
  offset: number;
  /** In hexadecimal. */
  address: string;
  source: string | null;
}

export function frameRecord({ file, symbol, offset, address, source }: StackFrame): FrameRecord {
  return { file, symbol: symbol ?? null, offset, address: hexadecimal(address), source: source ?? null };
}

export function hexadecimal(address: number): string {
  return `0x${address.toString(16)}`;
}
