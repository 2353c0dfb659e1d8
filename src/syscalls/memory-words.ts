/** Reads numbers out of captured structures: little-endian, as x86-64 lays them out. Offsets are in bytes. */

const TWO_32 = 2 ** 32;
/** Below this high half a 64-bit word is exact as a double. */
const SAFE_HIGH = 2 ** 21;

export function u8(bytes: Uint8Array, offset: number): number {
  return bytes[offset] ?? 0;
}

export function u16(bytes: Uint8Array, offset: number): number {
  return u8(bytes, offset) | (u8(bytes, offset + 1) << 8);
}

export function i16(bytes: Uint8Array, offset: number): number {
  return (u16(bytes, offset) << 16) >> 16;
}

export function i32(bytes: Uint8Array, offset: number): number {
  return u16(bytes, offset) | (u16(bytes, offset + 2) << 16);
}

export function u32(bytes: Uint8Array, offset: number): number {
  return i32(bytes, offset) >>> 0;
}

/** A 16-bit number in network byte order. */
export function u16be(bytes: Uint8Array, offset: number): number {
  return (u8(bytes, offset) << 8) | u8(bytes, offset + 1);
}

/** A 64-bit word as a number: exact up to 2^53. */
export function u64(bytes: Uint8Array, offset: number): number {
  return u32(bytes, offset + 4) * TWO_32 + u32(bytes, offset);
}

/** A signed 64-bit word as a number: exact in ±2^53. */
export function i64(bytes: Uint8Array, offset: number): number {
  return i32(bytes, offset + 4) * TWO_32 + u32(bytes, offset);
}

/** An unsigned 64-bit word in decimal, exactly. */
export function decimalU64(low: number, high: number): string {
  if (high < SAFE_HIGH) return String(high * TWO_32 + low);
  return ((BigInt(high) << 32n) | BigInt(low)).toString();
}

/** A signed 64-bit word (given as unsigned halves) in decimal, exactly. */
export function decimalI64(low: number, high: number): string {
  const signedHigh = high | 0;
  if (signedHigh < SAFE_HIGH && signedHigh >= -SAFE_HIGH) return String(signedHigh * TWO_32 + low);
  return ((BigInt(signedHigh) << 32n) | BigInt(low)).toString();
}

/** A 64-bit word as `0x...`; zero is `0`. */
export function hex64(low: number, high: number): string {
  if (high === 0) return hex(low);
  return `0x${high.toString(16)}${low.toString(16).padStart(8, '0')}`;
}

/** A number as C's `%#x` prints it: zero is `0`. */
export function hex(value: number): string {
  return value === 0 ? '0' : `0x${(value >>> 0).toString(16)}`;
}

export function decimalU64At(bytes: Uint8Array, offset: number): string {
  return decimalU64(u32(bytes, offset), u32(bytes, offset + 4));
}

export function decimalI64At(bytes: Uint8Array, offset: number): string {
  return decimalI64(u32(bytes, offset), u32(bytes, offset + 4));
}

export function hex64At(bytes: Uint8Array, offset: number): string {
  return hex64(u32(bytes, offset), u32(bytes, offset + 4));
}

/** A pointer inside a structure: `NULL` or `0x...`. */
export function pointerAt(bytes: Uint8Array, offset: number): string {
  const text = hex64At(bytes, offset);
  return text === '0' ? 'NULL' : text;
}
