import { describe, expect, it } from 'vitest';
import { FaultLog } from '../../../../../../src/chaos/network/impairment/fault-log.ts';
import type { Flow } from '../../../../../../src/chaos/network/impairment/flow.ts';
import { FlowTable } from '../../../../../../src/chaos/network/impairment/flow-table.ts';
import { Impairment } from '../../../../../../src/chaos/network/impairment/impairment.ts';
import { PacketHeaders, TCP_SYN } from '../../../../../../src/chaos/network/packets/packet-headers.ts';
import { DeliveryModel } from '../../../../../../src/chaos/network/syscalls/relay/delivery-model.ts';
import type { NetworkConditions } from '../../../../../../src/chaos/settings.ts';

function flowUnder(rule: NetworkConditions, seed = 1): Flow {
  const headers = new PacketHeaders();
  headers.protocol = 'tcp';
  headers.source = '\u7f00\u0001\u1000';
  headers.destination = '\u7f00\u0001\u2000';
  headers.tcpFlags = TCP_SYN;
  const flow = new FlowTable().find(headers, true);
  flow.impairment = new Impairment([{ rule, targets: [] }], seed).ofFlow(flow.id, '127.0.0.1', 0x2000);
  return flow;
}

describe('a piece of a connection', () => {
  it('arrives after the latency, and never before another', () => {
    const flow = flowUnder({ networkLatencyMs: 20, networkJitterMs: 15 });
    const delivery = new DeliveryModel(new FaultLog(0));
    const dues = Array.from({ length: 100 }, (_, i) => delivery.data(flow, 'to', 100, i)!);
    expect(dues).toEqual(dues.toSorted((a, b) => a - b));
    expect(Math.min(...dues.map((due, i) => due - i))).toBeGreaterThan(4);
    expect(flow.to.counts).toMatchObject({ packets: 100, bytes: 10_000, delayed: 100, lost: 0 });
  });

  it('that is lost comes when it is sent again, and holds up what is behind it', () => {
    const log = new FaultLog(0);
    const delivery = new DeliveryModel(log);
    const flow = flowUnder({ packetLossRate: 0.3, networkLatencyMs: 10 });
    const dues = Array.from({ length: 300 }, () => delivery.data(flow, 'to', 1, 0)!);
    expect(log.faults.length).toBe(flow.to.counts.lost);
    expect(flow.to.counts.packets).toBe(300 + flow.to.counts.lost);
    // A loss costs 200 ms and a round trip, a second one twice the time, and what follows waits for it.
    const [late] = dues.filter((due) => due > 10);
    expect([10 + 220, 10 + 220 + 420, 10 + 220 + 420 + 820]).toContain(late);
    expect(dues).toEqual(dues.toSorted((a, b) => a - b));
  });

  it.each(['partition', 'loss'])('never arrives through a network that carries nothing (%s)', (kind) => {
    const flow = flowUnder(kind === 'partition' ? { partition: true } : { packetLossRate: 1 });
    expect(new DeliveryModel(new FaultLog(0)).handshake(flow, 'to', 0)).toBeUndefined();
  });

  it('is lost by corruption too', () => {
    const flow = flowUnder({ packetCorruptRate: 0.5 });
    const delivery = new DeliveryModel(new FaultLog(0));
    for (let i = 0; i < 100; i++) delivery.data(flow, 'from', 1, 0);
    expect(flow.from.counts.lost).toBe(0);
    expect(flow.from.counts.corrupted).toBeGreaterThan(50);
  });
});
