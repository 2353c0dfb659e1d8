import {
  NETWORK_FAULT_KINDS,
  type NetworkDirection,
  type NetworkFaultKind,
  type NetworkFaultPlace,
} from '../model/network-use.ts';

/**
 * Kinds that are not recorded, since nothing is drawn for them: they follow from the conditions, which are in the
 * first line of the file.
 */
const CONDITIONS: readonly NetworkFaultKind[] = ['partition', 'queue-full'];
const DIRECTIONS = ['to', 'from'] as const satisfies NetworkDirection[];
const STREAMS = ['data', 'ack'] as const satisfies NetworkFaultPlace['stream'][];

type Json = Readonly<Record<string, unknown>>;

/** Whether a fault was drawn, so that it is recorded by its place. */
export function isDecision({ kind }: Pick<NetworkFaultPlace, 'kind'>): boolean {
  return !CONDITIONS.includes(kind);
}

/**
 * What makes it the same fault in another run: for a packet its place; a connection is refused or reset once; and all
 * queries of one lookup are one fault.
 */
export function faultKey({ kind, rule, flow, direction, stream, packet, lookup }: NetworkFaultPlace): string {
  if (lookup) return `${kind} ${rule} ${lookup.ordinal} ${lookup.name}`;
  if (kind === 'reset' || kind === 'refuse') return `${kind} ${rule} ${flow}`;
  return `${kind} ${rule} ${flow} ${direction} ${stream} ${packet}`;
}

/** The line of a fault in a file of recorded faults, with its line end. */
export function printNetworkFault(fault: NetworkFaultPlace): string {
  const { kind, flow, service, direction, stream, packet, rule, due, lookup } = fault;
  const after = due && ('bytes' in due ? { after_bytes: due.bytes } : { after_ms: due.ms });
  const name = lookup && { name: lookup.name, lookup: lookup.ordinal };
  return `${JSON.stringify({ flow, direction, stream, packet, rule, fault: kind, ...after, ...name, service })}\n`;
}

/** A fault from its line, or from a report, which has the same keys. A text is what is wrong with it. */
export function readNetworkFault(json: Json): NetworkFaultPlace | string {
  const { flow, service, packet, rule, fault } = json;
  const direction = DIRECTIONS.find((known) => known === json.direction);
  const stream = STREAMS.find((known) => known === json.stream);
  const kind = NETWORK_FAULT_KINDS.find((known) => known === fault);
  if (kind === undefined)
    return `fault must be one of ${NETWORK_FAULT_KINDS.filter((k) => isDecision({ kind: k })).join(', ')}`;
  if (typeof flow !== 'string' || !/^(tcp|udp|icmp|other) [1-9]\d*$/.test(flow)) {
    return 'flow must be a protocol and an ordinal, such as "tcp 1"';
  }
  if (direction === undefined) return 'direction must be "to" or "from"';
  if (stream === undefined) return 'stream must be "data" or "ack"';
  if (!isOrdinal(packet)) return 'packet is not a whole number from 1';
  if (typeof rule !== 'string' || typeof service !== 'string') return 'rule and service must be texts';
  const detail = readDetail(kind, json);
  if (typeof detail === 'string') return detail;
  return { kind, flow, service, direction, stream, packet, rule, ...detail };
}

function readDetail(kind: NetworkFaultKind, json: Json): Pick<NetworkFaultPlace, 'due' | 'lookup'> | string {
  if (kind === 'reset') {
    const { after_bytes: bytes, after_ms: ms } = json;
    if (isAmount(bytes)) return { due: { bytes } };
    return isAmount(ms) ? { due: { ms } } : 'a reset must have after_bytes or after_ms, a number from 0';
  }
  if (kind === 'dns-timeout' || kind === 'dns-failure') {
    const { name, lookup } = json;
    if (typeof name !== 'string' || !isOrdinal(lookup)) return 'name must be a text, and lookup a number from 1';
    return { lookup: { name, ordinal: lookup } };
  }
  return {};
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isOrdinal(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
