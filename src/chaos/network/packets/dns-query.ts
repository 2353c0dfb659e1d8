const DNS_HEADER = 12;

export const DNS_PORT = 53;

/** The name that a DNS query (RFC 1035) asks for, in lower case; undefined if the message is no query. */
export function queriedName(message: DataView): string | undefined {
  if (message.byteLength <= DNS_HEADER) return undefined;
  const isResponse = (message.getUint8(2) & 0x80) !== 0;
  if (isResponse || message.getUint16(4) === 0) return undefined;
  const labels: string[] = [];
  for (let at = DNS_HEADER; at < message.byteLength; ) {
    const size = message.getUint8(at++);
    if (size === 0) return labels.join('.').toLowerCase();
    if (at + size > message.byteLength) return undefined;
    labels.push(Buffer.from(message.buffer, message.byteOffset + at, size).toString('latin1'));
    at += size;
  }
  return undefined;
}
