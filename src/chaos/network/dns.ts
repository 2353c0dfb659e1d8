import type { NetworkFaultPlace } from '../../model/network-use.ts';
import type { FlowImpairment } from './impairment.ts';
import type { NameFailure } from './rule-decisions.ts';

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

/** Counts the lookups of each name: all queries for it from one socket are one lookup, however often they are repeated. */
export class NameLookups {
  readonly #lookups = new Map<string, object[]>();

  /** Which lookup of the name this is, from 0. `socket` stands for the flow of the query. */
  ordinal(name: string, socket: object): number {
    let sockets = this.#lookups.get(name);
    if (sockets === undefined) {
      sockets = [];
      this.#lookups.set(name, sockets);
    }
    const known = sockets.indexOf(socket);
    return known === -1 ? sockets.push(socket) - 1 : known;
  }
}

/** A lookup that finds nothing. */
export interface FailedLookup {
  readonly failure: NameFailure;
  /** The name of the rule that asks for it. */
  readonly by: string;
  readonly lookup: NonNullable<NetworkFaultPlace['lookup']>;
}

/** Whether the `ordinal`-th lookup of a name (from 0) is to fail. */
export function failedLookup(name: string, ordinal: number, impairment: FlowImpairment): FailedLookup | undefined {
  const failing = impairment.nameFailure(name, ordinal);
  return failing && { ...failing, lookup: { name, ordinal: ordinal + 1 } };
}
