import { faultKey } from '../../../faults/network-line.ts';
import type { NetworkFault, NetworkFaultKind, NetworkFaultPlace } from '../../../model/network-use.ts';
import type { MissedNetworkFault } from '../../../model/run-result.ts';
import type { FlowTable } from './flow-table.ts';
import type { NameFailure, RuleDecisions, StreamDecisions, StreamName } from './rule-decisions.ts';

/** The faults of a recording: what each rule decides in a replay, and which of them have come again. */
export class RecordedFaults {
  readonly #faults: readonly NetworkFaultPlace[];
  readonly #came = new Set<string>();
  readonly #given = new Set<string>();

  constructor(faults: readonly NetworkFaultPlace[]) {
    this.#faults = faults;
  }

  /**
   * What a rule of this name decides: what it did in the recorded run, and nothing else. Of several rules of one name, the
   * first has the faults of all.
   */
  ofRule(name: string): RuleDecisions {
    const faults = this.#given.has(name) ? [] : this.#faults.filter(({ rule }) => rule === name);
    this.#given.add(name);
    return new RecordedDecisions(faults);
  }

  came(fault: NetworkFault): void {
    this.#came.add(faultKey(fault));
  }

  /** Those that have not come again, with what is known of why. */
  missed(flows: FlowTable): MissedNetworkFault[] {
    return this.#faults
      .filter((fault) => !this.#came.has(faultKey(fault)))
      .map((fault) => ({ ...fault, ...whyMissed(fault, flows) }));
  }
}

/** The decisions of one rule, as they were recorded. */
class RecordedDecisions implements RuleDecisions {
  readonly holdAlways = true;
  readonly #streams = new Map<string, Map<number, NetworkFaultKind[]>>();
  readonly #refused = new Set<string>();
  readonly #resets = new Map<string, { readonly bytes: number; readonly ms: number }>();
  readonly #names = new Map<string, NameFailure>();

  constructor(faults: readonly NetworkFaultPlace[]) {
    for (const fault of faults) {
      const { kind, flow, due, lookup } = fault;
      if (lookup) this.#names.set(lookupKey(lookup), kind === 'dns-timeout' ? 'timeout' : 'fail');
      else if (kind === 'refuse') this.#refused.add(flow);
      else if (due) this.#resets.set(flow, { bytes: Number.POSITIVE_INFINITY, ms: Number.POSITIVE_INFINITY, ...due });
      else this.#addPacket(fault);
    }
  }

  ofStream(name: StreamName): StreamDecisions {
    const kinds = this.#streams.get(streamKey(name));
    const has = (kind: NetworkFaultKind) => (ordinal: number) => kinds?.get(ordinal)?.includes(kind) ?? false;
    return { loses: has('loss'), duplicates: has('duplicate'), corrupts: has('corrupt'), reorders: has('reorder') };
  }

  refuses(flow: string): boolean {
    return this.#refused.has(flow);
  }

  reset(flow: string): { readonly bytes: number; readonly ms: number } | undefined {
    return this.#resets.get(flow);
  }

  nameFailure(name: string, ordinal: number): NameFailure | undefined {
    return this.#names.get(lookupKey({ name, ordinal: ordinal + 1 }));
  }

  #addPacket({ kind, packet, ...name }: NetworkFaultPlace): void {
    const key = streamKey(name);
    const kinds = this.#streams.get(key) ?? new Map<number, NetworkFaultKind[]>();
    this.#streams.set(key, kinds);
    kinds.set(packet - 1, [...(kinds.get(packet - 1) ?? []), kind]);
  }
}

function streamKey({ flow, direction, stream }: StreamName): string {
  return `${flow} ${direction} ${stream}`;
}

function lookupKey({ name, ordinal }: NonNullable<NetworkFaultPlace['lookup']>): string {
  return `${ordinal} ${name}`;
}

function whyMissed(fault: NetworkFaultPlace, flows: FlowTable): { reason: string; byTime: boolean } {
  const { kind, flow: id, direction, stream, packet, rule, lookup, due } = fault;
  if (lookup) return { reason: `${lookup.name} was looked up fewer times`, byTime: false };
  const flow = flows.byId(id);
  const [protocol = ''] = id.split(' ');
  if (flow === undefined) {
    return { reason: `there were ${flows.count(protocol)} ${protocol} flows in all`, byTime: false };
  }
  const way = `${id} (${flow.use().service})`;
  if (!flow.impairment?.isUnder(rule)) {
    return { reason: `${way} goes to a target that the rule does not cover: ${rule}`, byTime: false };
  }
  if (kind === 'refuse') return { reason: `${way} was not opened in the direction of the rule`, byTime: false };
  if (due) {
    const carried = 'bytes' in due ? `carried ${flow.payloadBytes} bytes of ${due.bytes}` : 'ended earlier';
    return { reason: `${way} ${carried}`, byTime: false };
  }
  const side = flow.side(direction);
  const count = stream === 'ack' ? side.acks : side.data;
  if (count >= packet) return { reason: `that packet of ${way} met another fault first`, byTime: false };
  const what = stream === 'ack' ? 'bare acknowledgements' : 'packets with data';
  return {
    reason: `${way} had ${count} ${what} ${direction === 'to' ? 'to' : 'from'} its peer`,
    byTime: protocol === 'tcp',
  };
}
