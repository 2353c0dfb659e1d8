import type { ArgWords } from '../../model/arg-words.ts';
import type { StoppedCall } from '../../tracer/policy.ts';
import { SHORT_IO, type ShortIo } from '../short-io.ts';

const IOVEC_BYTES = 16;
const MSG_IOV = 16;
const MSG_IOVLEN = 24;
const MSGHDR_BYTES = 56;
/** Vectors have at most IOV_MAX pieces. */
const IOV_MAX = 1024;

/** One piece of the data of a call, in the task's memory. `lengthAt` is where its length is said, if in memory. */
export interface Piece {
  readonly address: number;
  readonly length: number;
  readonly lengthAt: number | undefined;
}

/** Which argument has the address of the data, for the form `length`. */
function bufferArgument(name: string): number | undefined {
  if (name === 'getrandom') return 0;
  return ['sendfile', 'copy_file_range', 'splice'].includes(name) ? undefined : 1;
}

/** How many bytes lie where an argument points; undefined if that is not known. */
export function argumentBytes(name: string, call: StoppedCall, index: number): number | undefined {
  const io = SHORT_IO[name];
  if (!io) return undefined;
  if (io.form === 'length') return bufferArgument(name) === index ? call.args.unsigned(io.arg) : undefined;
  if (index !== io.arg) return undefined;
  return io.form === 'msghdr' ? MSGHDR_BYTES : countOf(call.args, io) * IOVEC_BYTES;
}

/** How the data of this call is said; undefined if it moves none. */
export function transferOf(name: string): ShortIo | undefined {
  return SHORT_IO[name];
}

/** The pieces of data that a call moves, in order. Without an address of its own (sendfile), that is 0. */
export function piecesOf(name: string, call: StoppedCall): Piece[] {
  const io = SHORT_IO[name];
  if (!io) return [];
  const { args } = call;
  switch (io.form) {
    case 'length': {
      const buffer = bufferArgument(name);
      return [
        {
          address: buffer === undefined ? 0 : args.unsigned(buffer),
          length: args.unsigned(io.arg),
          lengthAt: undefined,
        },
      ];
    }
    case 'iovec':
      return iovecs(call, args.unsigned(io.arg), countOf(args, io));
    case 'msghdr': {
      const header = call.read(args.unsigned(io.arg), MSGHDR_BYTES);
      if (!header || header.length < MSGHDR_BYTES) return [];
      const view = new DataView(header.slice().buffer);
      return iovecs(call, word(view, MSG_IOV), word(view, MSG_IOVLEN));
    }
  }
}

function countOf(args: ArgWords, io: ShortIo): number {
  return io.countArg === undefined ? 0 : args.unsigned(io.countArg);
}

function iovecs(call: StoppedCall, address: number, count: number): Piece[] {
  const bytes = call.read(address, Math.min(count, IOV_MAX) * IOVEC_BYTES);
  if (!bytes) return [];
  const view = new DataView(bytes.slice().buffer);
  return Array.from({ length: Math.floor(view.byteLength / IOVEC_BYTES) }, (_, index) => {
    const at = index * IOVEC_BYTES;
    return { address: word(view, at), length: word(view, at + 8), lengthAt: address + at + 8 };
  });
}

function word(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

export function totalLength(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** The bytes of a 64-bit word. */
export function wordBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}
