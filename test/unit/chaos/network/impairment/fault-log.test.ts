import { expect, it } from 'vitest';
import { FaultLog } from '../../../../../src/chaos/network/impairment/fault-log.ts';
import { FlowTable } from '../../../../../src/chaos/network/impairment/flow-table.ts';
import { PacketHeaders } from '../../../../../src/chaos/network/packets/packet-headers.ts';

it('keeps the first and the last of very many faults, and counts the others', () => {
  const headers = new PacketHeaders();
  headers.protocol = 'udp';
  headers.source = '\u7f00\u0001\u1000';
  headers.destination = '\u7f00\u0001\u2000';
  const flow = new FlowTable().find(headers, true);
  const log = new FaultLog(0);
  for (let ordinal = 0; ordinal < 15_000; ordinal++) {
    log.add('loss', { flow, direction: 'to', stream: 'data', ordinal }, ordinal, 'packet_loss_rate');
  }
  expect(log.faults).toHaveLength(11_000);
  expect(log.omitted).toBe(4000);
  expect([log.faults[0]!.packet, log.faults.at(-1)!.packet]).toEqual([1, 15_000]);
});
