import { IPPROTO_IPV6, type OutgoingDatagram } from '../../../../linux/sockets.ts';
import type { StoppedCall } from '../../../../tracer/policy.ts';

/** struct mmsghdr: a msghdr, and how many bytes of it were sent. */
export const MMSGHDR_BYTES = 64;
export const MMSGHDR_LENGTH_AT = 56;

/** In a struct msghdr. */
export const MSGHDR_NAME_LENGTH_AT = 8;

const MSGHDR_BYTES = 56;
/** struct cmsghdr: length u64, level i32, type i32; what follows is aligned to 8. */
const CMSGHDR_BYTES = 16;
const IPPROTO_IP = 0;
const IP_PKTINFO = 8;
const IPV6_PKTINFO = 50;
const IOVEC_BYTES = 16;
/** IOV_MAX */
const MAX_VECTORS = 1024;
const MAX_CONTROL_BYTES = 2048;
const MAX_BYTES = 1 << 16;

/** The message of a struct msghdr at this address; undefined if it can't be read, or is larger than any datagram. */
export function readMessage(call: StoppedCall, address: number): OutgoingDatagram | undefined {
  const header = wordsAt(call, address, MSGHDR_BYTES);
  if (header === undefined) return undefined;
  const [name, nameLength, vectors, vectorCount, control, controlLength] = header as [
    ...[number, number, number, number, number, number],
  ];
  const to = partAt(call, name, nameLength % 2 ** 32, 128);
  const extra = partAt(call, control, controlLength, MAX_CONTROL_BYTES);
  const data = vectorCount > MAX_VECTORS ? null : gather(call, vectors, vectorCount);
  if (to === null || extra === null || data === null) return undefined;
  return { address: to, control: extra, data };
}

/** The pointer at this address; undefined if it can't be read. */
export function readPointer(call: StoppedCall, address: number): number | undefined {
  return wordsAt(call, address, 8)?.[0];
}

/** Ancillary data but for what names an address or a device of this machine (IP_PKTINFO, IPV6_PKTINFO): the relay has its own. */
export function withoutSourceChoice(control: Uint8Array): Uint8Array | undefined {
  const view = new DataView(control.buffer, control.byteOffset, control.length);
  const kept: Uint8Array[] = [];
  for (let at = 0; at + CMSGHDR_BYTES <= control.length; ) {
    const length = view.getUint32(at, true);
    if (length < CMSGHDR_BYTES) break;
    const [level, type] = [view.getInt32(at + 8, true), view.getInt32(at + 12, true)];
    const next = at + Math.ceil(length / 8) * 8;
    const isChoice = (level === IPPROTO_IP && type === IP_PKTINFO) || (level === IPPROTO_IPV6 && type === IPV6_PKTINFO);
    if (!isChoice) kept.push(control.subarray(at, next));
    at = next;
  }
  return kept.length > 0 ? Uint8Array.from(Buffer.concat(kept)) : undefined;
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
    const part = partAt(call, vectors[2 * i]!, length, MAX_BYTES);
    if (part === null || total > MAX_BYTES) return null;
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
