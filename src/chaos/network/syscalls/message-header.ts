import type { OutgoingDatagram } from '../../../linux/sockets.ts';
import type { StoppedCall } from '../../../tracer/policy.ts';

/** struct mmsghdr: a msghdr, and how many bytes of it were sent. */
export const MMSGHDR_BYTES = 64;
export const MMSGHDR_LENGTH_AT = 56;

const MSGHDR_BYTES = 56;
const IOVEC_BYTES = 16;
/** IOV_MAX */
const MOST_VECTORS = 1024;
const MOST_CONTROL_BYTES = 2048;
const MOST_BYTES = 1 << 16;

/** The message of a struct msghdr at this address; undefined if it can't be read, or is larger than any datagram. */
export function readMessage(call: StoppedCall, address: number): OutgoingDatagram | undefined {
  const header = wordsAt(call, address, MSGHDR_BYTES);
  if (header === undefined) return undefined;
  const [name, nameLength, vectors, vectorCount, control, controlLength] = header as [
    ...[number, number, number, number, number, number],
  ];
  const to = partAt(call, name, nameLength % 2 ** 32, 128);
  const extra = partAt(call, control, controlLength, MOST_CONTROL_BYTES);
  const data = vectorCount > MOST_VECTORS ? null : gather(call, vectors, vectorCount);
  if (to === null || extra === null || data === null) return undefined;
  return { address: to, control: extra, data };
}

/** Undefined for nothing, null for what can't be read. */
function partAt(call: StoppedCall, address: number, length: number, most: number): Uint8Array | undefined | null {
  if (address === 0 || length === 0) return undefined;
  const bytes = length > most ? undefined : call.read(address, length);
  return bytes?.length === length ? bytes.slice() : null;
}

function gather(call: StoppedCall, address: number, count: number): Uint8Array | null {
  const vectors = count === 0 ? [] : wordsAt(call, address, count * IOVEC_BYTES);
  if (vectors === undefined) return null;
  const parts: Uint8Array[] = [];
  let total = 0;
  for (let i = 0; i < count; i++) {
    const length = vectors[2 * i + 1]!;
    total += length;
    const part = partAt(call, vectors[2 * i]!, length, MOST_BYTES);
    if (part === null || total > MOST_BYTES) return null;
    if (part) parts.push(part);
  }
  return Uint8Array.from(Buffer.concat(parts));
}

/** Words of 64 bits, as numbers. */
function wordsAt(call: StoppedCall, address: number, size: number): number[] | undefined {
  const bytes = call.read(address, size);
  if (bytes?.length !== size) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  return Array.from(
    { length: size / 8 },
    (_, i) => view.getUint32(8 * i + 4, true) * 2 ** 32 + view.getUint32(8 * i, true),
  );
}
