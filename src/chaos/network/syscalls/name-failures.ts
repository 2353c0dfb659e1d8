import { DNS_PORT, NameLookups, queriedName } from '../dns.ts';
import type { FaultLog } from '../fault-log.ts';
import type { Flow } from '../flow.ts';

/** Lets lookups of names fail. */
export class NameFailures {
  readonly #log: FaultLog;
  readonly #lookups = new NameLookups();

  constructor(log: FaultLog) {
    this.#log = log;
  }

  /** Whether a flow is one of queries to a name server. */
  concern(flow: Flow): boolean {
    return flow.begunByTree && flow.endpoints.service.port === DNS_PORT;
  }

  /** How the lookup fails that a message asks for, if it is one and does. */
  of(flow: Flow, message: Uint8Array, now: number): 'timeout' | 'fail' | undefined {
    const name = queriedName(new DataView(message.buffer, message.byteOffset, message.byteLength));
    if (name === undefined) return undefined;
    const failure = flow.impairment!.nameFailure(name, this.#lookups.ordinal(name, flow));
    if (failure === undefined) return undefined;
    const kind = failure === 'timeout' ? 'dns-timeout' : 'dns-failure';
    this.#log.add(kind, { flow, direction: 'to', stream: 'data', ordinal: flow.to.data - 1 }, now);
    if (failure === 'timeout') flow.to.counts.lost++;
    return failure;
  }
}
