import type { FlowGroupUse, NetworkUse, PacketCounts } from '../model/network-use.ts';
import { kibibytes } from './sizes.ts';

/** Services that have a line of their own; of more, the rest is added up. */
const LISTED_SERVICES = 8;

/** A text for each service, the busiest first: what passed each way, and what became of it. Then what is not as asked for. */
export function networkTexts(network: NetworkUse | undefined): string[] {
  return [...serviceTexts(network), ...(network?.notes ?? [])];
}

function serviceTexts(network: NetworkUse | undefined): string[] {
  const busiest = (network?.groups ?? []).toSorted((one, other) => packets(other) - packets(one));
  if (busiest.length <= LISTED_SERVICES) return busiest.map((group) => groupText(nameOf(group), group));
  const listed = busiest.slice(0, LISTED_SERVICES - 1).map((group) => groupText(nameOf(group), group));
  const rest = busiest.slice(LISTED_SERVICES - 1);
  return [...listed, groupText(`and ${rest.length} more`, rest.reduce(sum))];
}

function nameOf({ protocol, service }: FlowGroupUse): string {
  return `${protocol} ${service}`;
}

function packets({ to, from }: FlowGroupUse): number {
  return to.packets + from.packets;
}

function sum(one: FlowGroupUse, other: FlowGroupUse): FlowGroupUse {
  return {
    ...one,
    flows: one.flows + other.flows,
    to: sumOfCounts(one.to, other.to),
    from: sumOfCounts(one.from, other.from),
    resets: one.resets + other.resets,
    refusals: one.refusals + other.refusals,
  };
}

function sumOfCounts(one: PacketCounts, other: PacketCounts): PacketCounts {
  return {
    packets: one.packets + other.packets,
    bytes: one.bytes + other.bytes,
    lost: one.lost + other.lost,
    delayed: one.delayed + other.delayed,
    throttledBytes: one.throttledBytes + other.throttledBytes,
    duplicated: one.duplicated + other.duplicated,
    reordered: one.reordered + other.reordered,
    corrupted: one.corrupted + other.corrupted,
  };
}

function groupText(name: string, { flows, to, from, resets, refusals }: FlowGroupUse): string {
  const ends = [resets && `${resets} reset`, refusals && `${refusals} refused`].filter(Boolean);
  const passed = `${flows} ${flows === 1 ? 'flow' : 'flows'}${ends.length > 0 ? ` (${ends.join(', ')})` : ''}`;
  return `${name}: ${passed}, ${countsText('to', to)}, ${countsText('from', from)}`;
}

function countsText(direction: string, counts: PacketCounts): string {
  const { packets, bytes, lost, delayed, throttledBytes, duplicated, reordered, corrupted } = counts;
  const what = Object.entries({ lost, delayed, duplicated, reordered, corrupted }).filter(([, count]) => count > 0);
  const details = what.map(([name, count]) => `${count} ${name}`);
  if (throttledBytes > 0) details.push(`${kibibytes(throttledBytes)} throttled`);
  const detail = details.length > 0 ? `; ${details.join(', ')}` : '';
  return `${packets} ${packets === 1 ? 'packet' : 'packets'} ${direction} (${kibibytes(bytes)}${detail})`;
}
