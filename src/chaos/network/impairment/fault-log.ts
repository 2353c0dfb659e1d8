import { FirstAndLast } from '../../../faults/first-and-last.ts';
import { faultKey, isDecision, printNetworkFault } from '../../../faults/network-line.ts';
import type { LineFile } from '../../../linux/line-file.ts';
import type {
  NetworkDirection,
  NetworkFault,
  NetworkFaultKind,
  NetworkFaultPlace,
} from '../../../model/network-use.ts';
import type { MissedNetworkFault } from '../../../model/run-result.ts';
import { printEndpoint } from '../packets/endpoint.ts';
import type { Flow } from './flow.ts';
import type { FlowTable } from './flow-table.ts';
import type { RecordedFaults } from './recorded-faults.ts';

/** Which packet: the `ordinal`-th (from 0) of a stream. */
export interface PacketPlace {
  readonly flow: Flow;
  readonly direction: NetworkDirection;
  readonly stream: 'data' | 'ack';
  readonly ordinal: number;
}

/** Who wants to know of faults, beside the report. */
export interface FaultReaders {
  /** The file of `--record`. */
  readonly record?: LineFile | undefined;
  /** What a replay awaits. */
  readonly recorded?: RecordedFaults | undefined;
}

/** What was done on purpose, in order. */
export class FaultLog {
  readonly #listed = new FirstAndLast<NetworkFault>();
  readonly #epochOffset: number;
  readonly #readers: FaultReaders;
  #unwritten = '';
  /** The lookups that are in the file: all queries of one are one fault. */
  readonly #lookups = new Set<string>();

  /** `epochOffset` is what the engine's clock lacks to the time since the epoch, in ms. */
  constructor(epochOffset: number, readers: FaultReaders = {}) {
    this.#epochOffset = epochOffset;
    this.#readers = readers;
  }

  /** In order: all of them, or of very many the first and the last. All are recorded. */
  get faults(): NetworkFault[] {
    return this.#listed.kept;
  }

  /** How many are left out between these. */
  get omitted(): number {
    return this.#listed.omitted;
  }

  /** `rule` is the name of the rule that asked for it. */
  add(
    kind: NetworkFaultKind,
    place: PacketPlace,
    now: number,
    rule: string,
    detail?: Pick<NetworkFaultPlace, 'due' | 'lookup'>,
  ): void {
    const { flow, direction, stream, ordinal } = place;
    const service = printEndpoint(flow.endpoints.service);
    const time = (this.#epochOffset + now) / 1000;
    const fault = { kind, flow: flow.id, service, direction, stream, packet: ordinal + 1, rule, ...detail, time };
    this.#listed.add(fault);
    this.#readers.recorded?.came(fault);
    if (this.#readers.record !== undefined && this.#isNews(fault)) this.#unwritten += printNetworkFault(fault);
  }

  /** Writes what was added since the last time to the file: in one piece, since it is called after each turn of the engine. */
  flush(): void {
    if (this.#unwritten === '') return;
    this.#readers.record?.write(this.#unwritten);
    this.#unwritten = '';
  }

  /** What a replay awaits and has not come (yet). */
  missed(flows: FlowTable): MissedNetworkFault[] {
    return this.#readers.recorded?.missed(flows) ?? [];
  }

  #isNews(fault: NetworkFault): boolean {
    if (!fault.lookup) return isDecision(fault);
    const { size } = this.#lookups;
    return this.#lookups.add(faultKey(fault)).size > size;
  }
}
