/** The checksum of the internet protocols (RFC 1071). */

/** Adds 16-bit words in network order to a running sum. */
function sumWords(sum: number, bytes: Uint8Array): number {
  for (let i = 0; i + 1 < bytes.length; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
  return bytes.length % 2 === 0 ? sum : sum + (bytes[bytes.length - 1]! << 8);
}

/**
 * The checksum of what TCP or UDP sends, over the pseudo-header (addresses, protocol, length) and the bytes
 * themselves, whose own checksum field must be zero.
 */
export function transportChecksum(addresses: Uint8Array, protocol: number, transport: Uint8Array): number {
  let sum = sumWords(sumWords(protocol + transport.length, addresses), transport);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
