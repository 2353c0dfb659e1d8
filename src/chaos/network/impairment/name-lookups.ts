import type { NetworkFaultPlace } from '../../../model/network-use.ts';
import type { FlowImpairment } from './impairment.ts';
import type { NameFailure } from './rule-decisions.ts';

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
