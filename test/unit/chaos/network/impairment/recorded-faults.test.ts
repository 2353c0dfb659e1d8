import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FaultLog } from '../../../../../src/chaos/network/impairment/fault-log.ts';
import { Impairment } from '../../../../../src/chaos/network/impairment/impairment.ts';
import { RecordedFaults } from '../../../../../src/chaos/network/impairment/recorded-faults.ts';
import type { ResolvedRule } from '../../../../../src/chaos/network/impairment/resolved-rule.ts';
import { resolveTargets } from '../../../../../src/chaos/network/impairment/targets.ts';
import { TCP_ACK, TCP_SYN } from '../../../../../src/chaos/network/packets/packet-headers.ts';
import { PacketEngine } from '../../../../../src/chaos/network/queue/packet-engine.ts';
import type { NetworkConditions } from '../../../../../src/chaos/settings.ts';
import { faultKey, isDecision, printNetworkFault, readNetworkFault } from '../../../../../src/faults/network-line.ts';
import type { NetworkFault, NetworkFaultPlace } from '../../../../../src/model/network-use.ts';
import { buildPacket, V4 } from '../packets.ts';

interface Sent {
  readonly protocol: 6 | 17;
  /** Which client: each has a port of its own. */
  readonly client: number;
  readonly port: number;
  readonly fromServer: boolean;
  readonly opens: boolean;
  readonly size: number;
}

const rate = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.5, noNaN: true }));
const conditions: fc.Arbitrary<NetworkConditions> = fc.record(
  {
    packetLossRate: rate,
    packetLossBursts: fc.record({ enter: rate, leave: fc.double({ min: 0.1, max: 1, noNaN: true }) }),
    packetDuplicateRate: rate,
    packetReorderRate: rate,
    packetCorruptRate: rate,
    connectionDropRate: rate,
    connectionRefuseRate: rate,
    dnsFailureRate: rate,
    networkLatencyMs: fc.integer({ min: 0, max: 50 }),
    networkJitterMs: fc.integer({ min: 0, max: 50 }),
    bandwidthBytesPerSec: fc.integer({ min: 10_000, max: 10 ** 7 }),
    networkDirection: fc.constantFrom('to' as const, 'from' as const, 'both' as const),
    networkTo: fc.constantFrom([':80'], ['10.1.2.3'], [':53', ':81'], ['10.9.0.0/16']),
  },
  { requiredKeys: [] },
);
const rules = fc.array(conditions, { minLength: 1, maxLength: 3 });
const packet: fc.Arbitrary<Sent> = fc.record({
  protocol: fc.constantFrom(6 as const, 17 as const),
  client: fc.integer({ min: 0, max: 4 }),
  port: fc.constantFrom(80, 81, 53),
  fromServer: fc.boolean(),
  opens: fc.boolean(),
  size: fc.nat(1400),
});
const traffic = fc.array(packet, { minLength: 1, maxLength: 200 });
const seeds = fc.maxSafeNat();

const QUERY = Buffer.from('000001000001000000000000016101620000010001', 'hex');

interface Done {
  readonly faults: readonly NetworkFault[];
  /** What the kernel was told, in order. */
  readonly verdicts: readonly string[];
  readonly recorded: RecordedFaults | undefined;
  readonly engine: PacketEngine;
}

async function play(
  plan: readonly NetworkConditions[],
  seed: number,
  sent: readonly Sent[],
  replayed?: readonly NetworkFaultPlace[],
): Promise<Done> {
  const resolved: ResolvedRule[] = await Promise.all(
    plan.map(async (rule) => ({ rule, targets: await resolveTargets(rule.networkTo ?? []) })),
  );
  const verdicts: string[] = [];
  const recorded = replayed && new RecordedFaults(replayed);
  const log = new FaultLog(0, { recorded });
  const engine = new PacketEngine(new Impairment(resolved, seed, recorded), log, {
    accept: (_, id) => void verdicts.push(`accept ${id}`),
    drop: (_, id) => void verdicts.push(`drop ${id}`),
    replace: (_, id, bytes) => void verdicts.push(`replace ${id} ${Buffer.from(bytes).toString('hex')}`),
    inject: (bytes) => void verdicts.push(`inject ${Buffer.from(bytes).toString('hex')}`),
  });
  sent.forEach(({ protocol, client, port, fromServer, opens, size }, index) => {
    const now = index * 3;
    const ends = { sourcePort: 40_000 + client, destinationPort: port };
    const back = { source: V4.destination, destination: V4.source, sourcePort: port, destinationPort: 40_000 + client };
    const bytes = buildPacket({
      ...V4,
      ...ends,
      ...(fromServer && back),
      protocol,
      sequence: client,
      flags: opens && !fromServer ? TCP_SYN : TCP_ACK,
      payload: port === 53 && protocol === 17 ? QUERY : Buffer.alloc(size),
    });
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const waiting = { queue: 0, id: index, length: bytes.length, captured: bytes.length, at: 0, view };
    engine.run(now);
    engine.take(waiting, { inbound: false, boundToSocket: false }, now);
  });
  engine.run(Number.MAX_SAFE_INTEGER);
  return { faults: log.faults, verdicts, recorded, engine };
}

/** As through the file. */
function recording(faults: readonly NetworkFault[]): NetworkFaultPlace[] {
  return faults
    .filter(isDecision)
    .map((fault) => readNetworkFault(JSON.parse(printNetworkFault(fault))) as NetworkFaultPlace);
}

describe('recorded faults of a network', () => {
  it('come again, all of them and no others, and the kernel is told the same', async () => {
    await fc.assert(
      fc.asyncProperty(rules, seeds, traffic, async (plan, seed, sent) => {
        const first = await play(plan, seed, sent);
        const again = await play(plan, seed, sent, recording(first.faults));
        expect(again.faults).toEqual(first.faults);
        expect(again.verdicts).toEqual(first.verdicts);
        expect(again.recorded!.missed(again.engine.flows)).toEqual([]);
      }),
    );
  });

  it('are the same for the same seed', async () => {
    await fc.assert(
      fc.asyncProperty(rules, seeds, traffic, async (plan, seed, sent) => {
        expect((await play(plan, seed, sent)).faults).toEqual((await play(plan, seed, sent)).faults);
      }),
      { numRuns: 30 },
    );
  });

  it('that are taken out of the file do not come, and no others in their place', async () => {
    await fc.assert(
      fc.asyncProperty(rules, seeds, traffic, fc.func(fc.boolean()), async (plan, seed, sent, keeps) => {
        const all = recording((await play(plan, seed, sent)).faults);
        const kept = all.filter((fault) => keeps(faultKey(fault)));
        const { faults } = await play(plan, seed, sent, kept);
        const keys = new Set(kept.map(faultKey));
        expect(faults.filter(isDecision).filter((fault) => !keys.has(faultKey(fault)))).toEqual([]);
      }),
    );
  });

  const udp = (count: number): Sent[] =>
    Array.from({ length: count }, () => ({
      protocol: 17,
      client: 0,
      port: 80,
      fromServer: false,
      opens: false,
      size: 9,
    }));
  const tcp = udp(1).map((sent) => ({ ...sent, protocol: 6 as const, opens: true }));
  const loss: NetworkFaultPlace = {
    kind: 'loss',
    flow: 'udp 1',
    service: '',
    direction: 'to',
    stream: 'data',
    packet: 3,
    rule: 'network',
  };

  it.each<[string, NetworkFaultPlace, readonly Sent[], boolean]>([
    ['udp 1 (10.1.2.3:80) had 2 packets with data to its peer', loss, udp(2), false],
    ['tcp 1 (10.1.2.3:80) had 1 packets with data to its peer', { ...loss, flow: 'tcp 1' }, tcp, true],
    ['there were 1 udp flows in all', { ...loss, flow: 'udp 2' }, udp(9), false],
    [
      'udp 1 (10.1.2.3:80) goes to a target that the rule does not cover: network :81',
      { ...loss, rule: 'network :81' },
      udp(9),
      false,
    ],
    [
      'tcp 1 (10.1.2.3:80) carried 9 bytes of 70',
      { ...loss, kind: 'reset', flow: 'tcp 1', due: { bytes: 70 } },
      tcp,
      false,
    ],
    [
      'a.b was looked up fewer times',
      { ...loss, kind: 'dns-timeout', lookup: { name: 'a.b', ordinal: 1 } },
      udp(1),
      false,
    ],
  ])('which do not come are told, and why: %s', async (reason, fault, sent, byTime) => {
    const { recorded, engine } = await play([{}, { networkTo: [':81'] }], 1, sent, [fault]);
    expect(recorded!.missed(engine.flows)).toEqual([{ ...fault, reason, byTime }]);
  });
});
