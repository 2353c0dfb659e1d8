/** Building of netlink messages (netlink(7)): a header of 16 bytes, then attributes of type, length and value. */

export const NLM_F_REQUEST = 0x001;
export const NLM_F_ACK = 0x004;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;

const NLA_F_NESTED = 0x8000;

/** The value of an attribute: bytes, or the attributes that are nested in it. */
export type AttributeValue = Uint8Array | readonly Uint8Array[];

/** One attribute, padded to four bytes. */
export function attribute(type: number, value: AttributeValue): Uint8Array {
  const nested = !(value instanceof Uint8Array);
  const data = nested ? Buffer.concat(value) : value;
  const bytes = Buffer.alloc(align(4 + data.length));
  bytes.writeUInt16LE(4 + data.length, 0);
  bytes.writeUInt16LE(nested ? type | NLA_F_NESTED : type, 2);
  bytes.set(data, 4);
  return bytes;
}

/** A netlink message: its header, then what is in it. */
export function netlinkMessage(type: number, flags: number, sequence: number, body: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.concat([Buffer.alloc(16), ...body]);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(flags | NLM_F_REQUEST, 6);
  bytes.writeUInt32LE(sequence, 8);
  return bytes;
}

/** A netfilter message (linux/netfilter/nfnetlink.h): the netlink header, then family, version and resource id. */
export function netfilterMessage(
  type: number,
  flags: number,
  sequence: number,
  family: number,
  resource: number,
  attributes: readonly Uint8Array[],
): Uint8Array {
  const version = 0;
  return netlinkMessage(type, flags, sequence, [Uint8Array.of(family, version), be16(resource), ...attributes]);
}

export function u8(value: number): Uint8Array {
  return Uint8Array.of(value);
}

/** Two bytes in network order. */
export function be16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}

/** Four bytes in network order. */
export function be32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** Four bytes in the order of the machine, which is little-endian wherever Renacer runs. */
export function host32(value: number): Uint8Array {
  return be32(value).reverse();
}

/** Eight bytes in the order of the machine. */
export function host64(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

/** A string with the zero byte that ends it. */
export function text(value: string): Uint8Array {
  return Buffer.from(`${value}\0`);
}

function align(length: number): number {
  return (length + 3) & ~3;
}
