import { describe, expect, it } from 'vitest';
import { FaultLog } from '../../../../../src/chaos/network/impairment/fault-log.ts';
import { Impairment } from '../../../../../src/chaos/network/impairment/impairment.ts';
import { transportChecksum } from '../../../../../src/chaos/network/packets/checksum.ts';
import {
  PacketHeaders,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
} from '../../../../../src/chaos/network/packets/packet-headers.ts';
import { PacketEngine, type PacketOrigin } from '../../../../../src/chaos/network/queue/packet-engine.ts';
import type { NetworkConditions } from '../../../../../src/chaos/settings.ts';
import { buildPacket, type TestPacket, V4 } from '../packets.ts';

const CLIENT = { ...V4, sourcePort: 40_000, destinationPort: 80 };
const SERVER = { source: V4.destination, destination: V4.source, sourcePort: 80, destinationPort: 40_000 };
const KNOWN: PacketOrigin = { inbound: false, boundToSocket: false };

/** An engine whose verdicts are written down, with packets numbered in order. */
function record(rule: NetworkConditions) {
  const done: string[] = [];
  const injected: Uint8Array[] = [];
  const replaced: Uint8Array[] = [];
  const output = {
    accept: (_: number, id: number) => void done.push(`accept ${id}`),
    drop: (_: number, id: number) => void done.push(`drop ${id}`),
    replace(_: number, id: number, bytes: Uint8Array) {
      done.push(`replace ${id}`);
      replaced.push(bytes);
    },
    inject(bytes: Uint8Array) {
      done.push('inject');
      injected.push(bytes);
    },
  };
  const engine = new PacketEngine(new Impairment([{ rule, targets: [] }], 1), new FaultLog(0), output);
  let id = 0;
  const take = (packet: TestPacket, now: number, origin = KNOWN): void => {
    const bytes = buildPacket(packet);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    engine.take({ queue: 0, id: ++id, length: bytes.length, captured: bytes.length, at: 0, view }, origin, now);
  };
  return { engine, done, injected, replaced, take };
}

function headersOf(packet: Uint8Array): PacketHeaders {
  const headers = new PacketHeaders();
  headers.read(new DataView(packet.buffer, packet.byteOffset, packet.length), 0, packet.length, packet.length);
  return headers;
}

describe('packet engine', () => {
  it('lets packets pass at once where nothing is asked for', () => {
    const { done, take, engine } = record({});
    take(CLIENT, 0);
    take(SERVER, 0);
    expect(done).toEqual(['accept 1', 'accept 2']);
    expect(engine.nextTime).toBe(Number.POSITIVE_INFINITY);
  });

  it('holds packets until they are due, in order', () => {
    const { done, take, engine } = record({ networkLatencyMs: 10, networkJitterMs: 9 });
    for (let i = 0; i < 20; i++) take({ ...CLIENT, sequence: i }, i / 10);
    engine.run(0.5);
    expect(done).toEqual([]);
    engine.run(30);
    expect(done).toEqual([...Array(20).keys()].map((i) => `accept ${i + 1}`));
  });

  it('tells how much is held, and how much that was new has passed', () => {
    const { take, engine } = record({ networkLatencyMs: 10 });
    const payload = Buffer.from('hello');
    take({ ...CLIENT, sequence: 100, payload }, 0);
    take({ ...CLIENT, sequence: 0xffff_fffe, payload: Buffer.from('old') }, 0);
    take({ ...CLIENT, sequence: 100, payload }, 0);
    take({ ...SERVER, sequence: 7 }, 0);
    take({ ...CLIENT, sequence: 103, payload }, 0);
    expect(engine.activity).toEqual({ passed: 0, waiting: 5 });
    engine.run(10);
    // The second and the third carry nothing new, the fourth nothing at all.
    expect(engine.activity).toEqual({ passed: 2, waiting: 0 });
  });

  it('takes a copy of what would be counted against its socket', () => {
    const { done, take, engine, injected } = record({ networkLatencyMs: 10 });
    take({ ...CLIENT, payload: Buffer.from('hello') }, 0, { inbound: false, boundToSocket: true });
    expect(done).toEqual(['drop 1']);
    engine.run(10);
    expect(done).toEqual(['drop 1', 'inject']);
    expect(Buffer.from(injected[0]!)).toEqual(buildPacket({ ...CLIENT, payload: Buffer.from('hello') }));
  });

  it('sends a packet again that the kernel has lost, with its checksum', () => {
    const { take, engine, injected } = record({ networkLatencyMs: 10 });
    const payload = Buffer.from('hello');
    take({ ...CLIENT, payload }, 0);
    engine.run(10);
    engine.refused(1);
    engine.refused(1);
    expect(injected).toHaveLength(1);
    expect(Buffer.from(injected[0]!)).toEqual(buildPacket({ ...CLIENT, payload }));
    take({ ...CLIENT, payload }, 20);
    engine.run(30);
    engine.settled();
    engine.refused(2);
    expect(injected).toHaveLength(1);
  });

  it('releases everything at the end, but resets nothing then', () => {
    const { done, take, engine } = record({ networkLatencyMs: 1000, connectionDropRate: 1 });
    take({ ...CLIENT, flags: TCP_SYN }, 0);
    engine.release();
    engine.release();
    expect(done).toEqual(['accept 1']);
  });

  it('flips exactly one bit behind the IP header, so that the checksum is wrong', () => {
    const { take, replaced } = record({ packetCorruptRate: 1 });
    const payload = Buffer.from('something');
    for (let i = 0; i < 50; i++) take({ ...CLIENT, payload }, i);
    for (const bytes of replaced) {
      const original = buildPacket({ ...CLIENT, payload });
      const flipped = [...bytes].flatMap((byte, i) => (byte === original[i] ? [] : [[i, byte ^ original[i]!]]));
      expect(flipped).toHaveLength(1);
      expect(flipped[0]![0]).toBeGreaterThanOrEqual(20);
      expect(Math.log2(flipped[0]![1]!) % 1).toBe(0);
      expect(transportChecksum(bytes.subarray(12, 20), 6, bytes.subarray(20))).not.toBe(0);
    }
    expect(new Set(replaced.map(String)).size).toBeGreaterThan(30);
  });

  describe('a connection that is dropped', () => {
    const SYN = { ...CLIENT, flags: TCP_SYN, sequence: 100 };
    const SYN_ACK = { ...SERVER, flags: TCP_SYN | TCP_ACK, sequence: 500, acknowledgement: 101 };
    const payload = Buffer.from('0123456789');

    function opened(rule: NetworkConditions, at = 0) {
      const recorder = record(rule);
      recorder.take(SYN, at);
      recorder.engine.run(at + 1000);
      recorder.take(SYN_ACK, at + 1000);
      recorder.engine.run(at + 2000);
      recorder.done.length = 0;
      return recorder;
    }

    it('carries so many bytes both ways; then both ends are reset at the bytes that they await, and again whoever has missed that', () => {
      const { take, injected, replaced, engine, done } = opened({ connectionDropAfter: { bytes: 13 } });
      take({ ...CLIENT, sequence: 101, acknowledgement: 501, payload }, 2000);
      expect(engine.use().flows).toMatchObject([{ reset: false }]);
      take({ ...SERVER, sequence: 501, acknowledgement: 111, flags: TCP_ACK | TCP_FIN, payload }, 2000);
      engine.run(2000);
      expect(done).toEqual(['accept 3', 'replace 4', 'inject', 'inject']);
      const last = headersOf(replaced[0]!);
      expect(last).toMatchObject({ sequence: 501, payloadLength: 3, tcpFlags: TCP_ACK });
      expect(Buffer.from(replaced[0]!.subarray(last.payloadAt))).toEqual(payload.subarray(0, 3));
      expect(injected.map(headersOf)).toMatchObject([
        { sequence: 111, tcpFlags: TCP_RST },
        { sequence: 504, tcpFlags: TCP_RST },
      ]);
      expect(engine.use().flows).toMatchObject([{ reset: true }]);
      expect(engine.log.faults).toMatchObject([{ kind: 'reset', direction: 'from', packet: 2, due: { bytes: 13 } }]);
      injected.length = 0;
      take({ ...CLIENT, sequence: 70_000, acknowledgement: 777 }, 2001);
      expect(injected.map(headersOf)).toMatchObject([{ sequence: 777, tcpFlags: TCP_RST }]);
    });

    it('is reset by the packet that carries the last byte, not by one before', () => {
      const { take, engine, done } = opened({ connectionDropAfter: { bytes: 10 } });
      take({ ...CLIENT, sequence: 101, payload: payload.subarray(0, 9) }, 2000);
      engine.run(2000);
      expect(engine.use().flows).toMatchObject([{ reset: false }]);
      take({ ...CLIENT, sequence: 110, payload: payload.subarray(9) }, 2000);
      engine.run(2000);
      expect(done).toEqual(['accept 3', 'replace 4', 'inject', 'inject']);
    });

    it('does not count what TCP repeats, nor bare acknowledgements', () => {
      const { take, engine, replaced } = opened({ connectionDropAfter: { bytes: 15 } });
      for (let i = 0; i < 3; i++) {
        take({ ...CLIENT, sequence: 101, payload }, 2000);
        take({ ...SERVER, sequence: 501, acknowledgement: 111 }, 2000);
      }
      engine.run(2000);
      expect(replaced).toEqual([]);
      // Half of it is old.
      take({ ...CLIENT, sequence: 106, payload }, 2000);
      expect(replaced.map((bytes) => headersOf(bytes).payloadLength)).toEqual([10]);
      expect(engine.use().flows).toMatchObject([{ reset: true }]);
    });

    it('delivers what is on its way before', () => {
      const { take, engine, done, injected } = opened({ connectionDropAfter: { bytes: 15 }, networkLatencyMs: 20 });
      take({ ...CLIENT, sequence: 101, payload }, 2000);
      take({ ...CLIENT, sequence: 111, payload }, 2010);
      take({ ...CLIENT, sequence: 121, payload }, 2011);
      take({ ...SERVER, sequence: 501, acknowledgement: 101 }, 2012);
      // Nothing more passes, and nobody is told yet.
      expect(done).toEqual(['drop 5', 'drop 6']);
      engine.run(2020);
      expect(done.slice(2)).toEqual(['accept 3']);
      expect(engine.nextTime).toBe(2030);
      engine.run(2030);
      expect(done.slice(3)).toEqual(['replace 4', 'inject', 'inject']);
      expect(injected.map(headersOf)).toMatchObject([{ sequence: 116 }, { sequence: 501 }]);
    });

    it('is dropped as a copy where its packets would be counted against their socket', () => {
      const { take, engine, done, injected } = opened({ connectionDropAfter: { bytes: 4 }, networkLatencyMs: 20 });
      take({ ...CLIENT, sequence: 101, payload }, 2000, { inbound: false, boundToSocket: true });
      engine.run(2020);
      expect(done).toEqual(['drop 3', 'inject', 'inject', 'inject']);
      expect(headersOf(injected[0]!)).toMatchObject({ sequence: 101, payloadLength: 4 });
    });

    it('is reset so long after it was open, unless it has ended', () => {
      const rule = { connectionDropAfter: { ms: 500 } };
      const early = record(rule);
      early.take(SYN, 0);
      early.engine.run(5000);
      early.take(SYN_ACK, 5000);
      early.engine.run(5499);
      expect(early.injected).toEqual([]);
      early.engine.run(5500);
      expect(early.injected.map(headersOf)).toMatchObject([{ sequence: 101 }, { sequence: 501 }]);
      expect(early.engine.log.faults).toMatchObject([{ kind: 'reset', packet: 2, due: { ms: 500 } }]);
      const ended = record(rule);
      ended.take(SYN, 0);
      ended.take(SYN_ACK, 0);
      ended.take({ ...CLIENT, sequence: 101, flags: TCP_ACK | TCP_FIN }, 10);
      ended.engine.run(5000);
      expect([ended.injected, ended.engine.log.faults]).toEqual([[], []]);
    });
  });

  it('tells a new connection between the same ports from a repeated SYN', () => {
    const { take, engine } = record({});
    for (const sequence of [1, 1, 2]) take({ ...CLIENT, flags: TCP_SYN, sequence }, 0);
    const { flows, groups } = engine.use();
    expect(flows.map(({ id, to }) => [id, to.packets])).toEqual([
      ['tcp 1', 2],
      ['tcp 2', 1],
    ]);
    expect(groups).toMatchObject([{ service: '10.1.2.3:80', flows: 2, to: { packets: 3 } }]);
  });

  it('forgets old flows, but not what they were', () => {
    const { take, engine } = record({});
    for (let port = 1; port <= 12_000; port++) take({ ...CLIENT, sourcePort: port, flags: TCP_SYN }, 0);
    const { flows, groups } = engine.use();
    expect(flows.length).toBeLessThanOrEqual(10_000);
    expect(groups).toMatchObject([{ flows: 12_000, to: { packets: 12_000 } }]);
  });

  it('sees a flow from the tree: what an outsider sends to it is `from`', () => {
    const { take, engine } = record({});
    take({ ...CLIENT, flags: TCP_SYN }, 0, { inbound: true, boundToSocket: false });
    take({ ...SERVER, flags: TCP_SYN | TCP_ACK }, 0);
    const [flow] = engine.use().flows;
    expect(flow).toMatchObject({
      begunByTree: false,
      from: { packets: 1 },
      to: { packets: 1 },
      service: '10.1.2.3:80',
    });
  });
});
