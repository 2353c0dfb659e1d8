import { statSync } from 'node:fs';
import type { CallFacts } from '../call-facts.ts';
import { piecesOf, totalLength } from '../kinds/buffers.ts';
import { writtenDescriptor } from '../written-descriptor.ts';

const O_APPEND = 0o2000;
const POSITION_ARG = 3;
const POSITIONED = ['pread64', 'preadv', 'preadv2', 'pwrite64', 'pwritev', 'pwritev2'];

export const READS: readonly string[] = ['read', 'readv', 'pread64', 'preadv', 'preadv2'];
export const WRITES: readonly string[] = 'write writev pwrite64 pwritev pwritev2 copy_file_range sendfile splice'.split(
  ' ',
);
/** Calls that may have their place in the file at an address. */
const PLACED: Readonly<Record<string, number>> = { copy_file_range: 3, splice: 3 };
const OFFSET_BYTES = 8;

/** The part of a file that a read or write is about. */
export interface FileRange {
  /** Opens the file anew. */
  readonly path: string;
  /** The same for each descriptor of one file. */
  readonly id: string;
  readonly offset: number;
  readonly length: number;
}

/** Undefined for calls on what is no file. */
export function fileRangeOf(facts: CallFacts): FileRange | undefined {
  const { name, call } = facts;
  const descriptor = writtenDescriptor(facts);
  if (descriptor?.kind !== 'file') return undefined;
  const identity = identityOf(descriptor.path);
  if (identity === undefined) return undefined;
  const isWrite = WRITES.includes(name);
  const said = POSITIONED.includes(name) ? call.args.signed(POSITION_ARG) : placeOf(facts);
  // The second versions take -1 for the position of the descriptor: preadv2(2).
  const offset = said >= 0 ? said : isWrite && descriptor.isOpenedWith(O_APPEND) ? identity.size : descriptor.position;
  return { path: descriptor.path, id: identity.id, offset, length: totalLength(piecesOf(name, call)) };
}

/** The place that is said by an address; -1 for that of the descriptor. */
function placeOf({ name, call }: CallFacts): number {
  const arg = PLACED[name];
  const address = arg === undefined ? 0 : call.args.unsigned(arg);
  const word = address === 0 ? undefined : call.read(address, OFFSET_BYTES)?.slice();
  return word?.length === OFFSET_BYTES ? Number(new DataView(word.buffer).getBigInt64(0, true)) : -1;
}

/** Which file a path leads to, and its size in bytes; undefined if it can't be told. */
export function identityOf(path: string): { readonly id: string; readonly size: number } | undefined {
  try {
    const { dev, ino, size } = statSync(path);
    return { id: `${dev}:${ino}`, size };
  } catch {
    return undefined;
  }
}
