import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { FlowTable } from '../../../../../src/chaos/network/impairment/flow-table.ts';
import { RefusedLoopback } from '../../../../../src/chaos/network/namespace/refused-loopback.ts';
import { PacketHeaders, TCP_SYN } from '../../../../../src/chaos/network/packets/packet-headers.ts';
import { addressOfKey, keyOf, withPort } from '../../../../../src/chaos/network/sockets/addresses.ts';

const LOOPBACK = addressOfKey(String.fromCharCode(0x7f00, 1, 0));
const OUTSIDE = addressOfKey(String.fromCharCode(0x0a00, 1, 0));

it('tells of servers of the host that the command could not reach, until it reaches one at that address', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const flows = new FlowTable();
  const connect = (host: Uint8Array, to: number) => {
    const headers = new PacketHeaders();
    Object.assign(headers, { protocol: 'tcp', tcpFlags: TCP_SYN, sequence: 1 });
    [headers.source, headers.destination] = [keyOf(withPort(LOOPBACK, 40_000)), keyOf(withPort(host, to))];
    return flows.find(headers, true);
  };
  const refused = new RefusedLoopback();
  refused.add(connect(OUTSIDE, port));
  refused.add(connect(LOOPBACK, 1));
  expect(refused.notes(flows)).toEqual([]);
  const flow = connect(LOOPBACK, port);
  refused.add(flow);
  refused.add(flow);
  expect(refused.notes(flows)).toEqual([
    expect.stringMatching(`^127\\.0\\.0\\.1:${port} was refused: .*-ports ${port} `),
  ]);
  flow.opened = true;
  expect(refused.notes(flows)).toEqual([]);
});
