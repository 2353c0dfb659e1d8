import { expect, it } from 'vitest';
import { FaultLog } from '../../../../../../src/chaos/network/impairment/fault-log.ts';
import type { Flow } from '../../../../../../src/chaos/network/impairment/flow.ts';
import { FlowTable } from '../../../../../../src/chaos/network/impairment/flow-table.ts';
import { Impairment } from '../../../../../../src/chaos/network/impairment/impairment.ts';
import { PacketHeaders } from '../../../../../../src/chaos/network/packets/packet-headers.ts';
import { DatagramDelivery } from '../../../../../../src/chaos/network/syscalls/relay/datagram-delivery.ts';
import type { NetworkConditions } from '../../../../../../src/chaos/settings.ts';

function flowUnder(rule: NetworkConditions): Flow {
  const headers = new PacketHeaders();
  headers.protocol = 'udp';
  headers.source = '\u7f00\u0001\u1000';
  headers.destination = '\u7f00\u0001\u2000';
  const flow = new FlowTable().find(headers, true);
  flow.impairment = new Impairment([{ rule, targets: [] }], 1).ofFlow(flow.id, '127.0.0.1', 0x2000);
  return flow;
}

it('delays a datagram by one way, or by both, and keeps the order', () => {
  const flow = flowUnder({ networkLatencyMs: 20, networkJitterMs: 15 });
  const delivery = new DatagramDelivery(new FaultLog(0));
  const dues = Array.from({ length: 50 }, (_, i) => delivery.pass(flow, ['to'], 10, i)!.due);
  expect(dues).toEqual(dues.toSorted((a, b) => a - b));
  const plain = flowUnder({ networkLatencyMs: 20 });
  expect(delivery.pass(plain, ['to', 'from'], 10, 1000)).toEqual({ due: 1040, copies: 1 });
  expect(plain.to.counts).toMatchObject({ packets: 1, bytes: 10, delayed: 1 });
  expect(plain.from.counts.packets).toBe(0);
});

it('loses, corrupts and duplicates, and counts each', () => {
  const log = new FaultLog(0);
  const delivery = new DatagramDelivery(log);
  const flow = flowUnder({ packetLossRate: 0.2, packetCorruptRate: 0.2, packetDuplicateRate: 0.2 });
  const arrivals = Array.from({ length: 1000 }, (_, i) => delivery.pass(flow, ['from'], 1, i));
  const { lost, corrupted, duplicated } = flow.from.counts;
  expect(arrivals.filter((arrival) => arrival === undefined)).toHaveLength(lost + corrupted);
  expect(arrivals.filter((arrival) => arrival?.copies === 2)).toHaveLength(duplicated);
  expect(Math.min(lost, corrupted, duplicated)).toBeGreaterThan(100);
  expect(log.faults).toHaveLength(lost + corrupted + duplicated);
});
