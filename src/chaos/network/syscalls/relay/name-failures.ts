import type { FaultLog } from '../../impairment/fault-log.ts';
import type { Flow } from '../../impairment/flow.ts';
import { failedLookup, NameLookups } from '../../impairment/name-lookups.ts';
import type { NameFailure } from '../../impairment/rule-decisions.ts';
import { DNS_PORT, queriedName } from '../../packets/dns-query.ts';

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
  of(flow: Flow, message: Uint8Array, now: number): NameFailure | undefined {
    const name = queriedName(new DataView(message.buffer, message.byteOffset, message.byteLength));
    if (name === undefined) return undefined;
    const failed = failedLookup(name, this.#lookups.ordinal(name, flow), flow.impairment!);
    if (failed === undefined) return undefined;
    const { failure, by, lookup } = failed;
    const place = { flow, direction: 'to', stream: 'data', ordinal: flow.to.data - 1 } as const;
    this.#log.add(failure === 'timeout' ? 'dns-timeout' : 'dns-failure', place, now, by, { lookup });
    if (failure === 'timeout') flow.to.counts.lost++;
    return failure;
  }
}
