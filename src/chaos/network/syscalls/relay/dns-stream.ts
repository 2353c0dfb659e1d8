/** The length of a message, before it. */
const PREFIX_BYTES = 2;

/** Cuts what is sent to a name server by TCP into its messages (RFC 1035, 4.2.2). */
export class DnsStream {
  #rest: Uint8Array = new Uint8Array();

  /** The messages that are complete now, each with its prefix. */
  cut(bytes: Uint8Array): Uint8Array[] {
    let rest: Uint8Array = Buffer.concat([this.#rest, bytes]);
    const messages: Uint8Array[] = [];
    for (;;) {
      const size = rest.length < PREFIX_BYTES ? Number.POSITIVE_INFINITY : PREFIX_BYTES + messageSize(rest);
      if (rest.length < size) break;
      messages.push(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
    this.#rest = rest;
    return messages;
  }

  /** What is left at the end of the stream: a message that is not complete. */
  end(): Uint8Array {
    return this.#rest;
  }
}

/** The message itself. */
export function messageOf(prefixed: Uint8Array): Uint8Array {
  return prefixed.subarray(PREFIX_BYTES);
}

function messageSize(prefixed: Uint8Array): number {
  return prefixed[0]! * 256 + prefixed[1]!;
}
