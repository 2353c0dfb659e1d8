import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as Groups from '../../src/chaos/basic/run-groups.ts';
import type * as Identity from '../../src/chaos/basic/run-identity.ts';
import { inTurns } from '../support/in-turns.ts';
import { built, until } from '../support/limits.ts';
import {
  expectDelayed,
  impaired,
  missingForPackets,
  ownAddress,
  runOutside,
  type Server,
  serveOutside,
  type Tree,
} from '../support/network.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const GUESTS = path.join(ROOT, 'test/guests');
const MiB = 2 ** 20;

interface RoundTrips {
  readonly connectMs?: number;
  readonly tripsMs: readonly number[];
  readonly error?: string;
}

interface Transfer {
  readonly seconds: number;
  readonly bytes: number;
}

const missing = await missingForPackets();

/** Round trips take two latencies. */
function expectRoundTrips(tripsMs: readonly number[], latencyMs: number): void {
  expectDelayed(tripsMs, 2 * latencyMs);
}

/** A counter of /proc/net/snmp, of the whole machine. */
function snmp(protocol: string, counter: string): number {
  const [names, values] = readFileSync('/proc/net/snmp', 'latin1')
    .split('\n')
    .filter((line) => line.startsWith(`${protocol}: `))
    .map((line) => line.split(' '));
  return Number(values![names!.indexOf(counter)]);
}

/** The tables of a process that uses Renacer. Their names say which is their first queue. */
async function tablesOf(pid: number | undefined): Promise<string[]> {
  const { stdout } = await promisify(execFile)('python3', [path.join(GUESTS, 'nft-tables.py')]);
  return stdout.split('\n').filter((name) => name.startsWith(`renacer_${pid}_`));
}

/** Queues by number and reader, of a table or all: another run may take the same numbers at once. */
function queues(table?: string): string[] {
  const lines = readFileSync('/proc/net/netfilter/nfnetlink_queue', 'latin1').trim().split('\n');
  const found = lines.map((line) => line.trim().split(/\s+/).slice(0, 2).map(Number));
  const first = Number(table?.split('_').at(-1));
  return found.filter(([number]) => table === undefined || (number! >= first && number! < first + 3)).map(String);
}

/** How many packets have entered the queues of a table. */
function queuedPackets(table: string): number {
  const first = Number(table.split('_').at(-1));
  const rows = readFileSync('/proc/net/netfilter/nfnetlink_queue', 'latin1')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  // The last column but one is the id of the queue's last packet.
  const ids = rows.filter(([queue]) => queue! >= first && queue! < first + 3).map((row) => row.at(-2)!);
  return ids.reduce((sum, id) => sum + id, 0);
}

describe.skipIf(missing !== undefined)(`packets backend${missing === undefined ? '' : ` (${missing})`}`, () => {
  let echo: Server;
  let echo6: Server;
  let bulk: Server;

  beforeAll(async () => {
    echo = await serveOutside('echo-server.mjs');
    echo6 = await serveOutside('echo-server.mjs', '::1');
    bulk = await serveOutside('bulk-server.mjs');
  });

  afterAll(async () => {
    for (const server of [echo, echo6, bulk]) await server?.stop();
  });

  const trips = (tree: Tree, protocol: 'tcp' | 'udp', count: number): Promise<RoundTrips> =>
    tree.run('round-trips.mjs', protocol, '127.0.0.1', echo.port, count);

  describe('latency', () => {
    it.each([1, 10, 50, 200])('of %i ms each way makes round trips of twice that, by TCP and UDP', async (latency) => {
      await impaired({ networkLatencyMs: latency }, async (tree) => {
        const tcp = await trips(tree, 'tcp', 5);
        expectRoundTrips(tcp.tripsMs, latency);
        // A connection is there after one round trip.
        expectRoundTrips(await tree.run<number[]>('connects.mjs', '127.0.0.1', echo.port, 3), latency);
        expectRoundTrips((await trips(tree, 'udp', 5)).tripsMs, latency);
      });
    });

    it('holds for IPv6', async () => {
      await impaired({ networkLatencyMs: 20 }, async (tree) => {
        for (const protocol of ['tcp', 'udp']) {
          const { tripsMs } = await tree.run<RoundTrips>('round-trips.mjs', protocol, '::1', echo6.port, 5);
          expectRoundTrips(tripsMs, 20);
        }
        expect(tree.use().flows.map(({ service }) => service)).toEqual(Array(2).fill(`[::1]:${echo6.port}`));
      });
    });

    it('holds where the server is in the tree and the client is not, and where both are', async () => {
      await impaired({ networkLatencyMs: 20 }, async (tree) => {
        const { port } = await tree.serve('echo-server.mjs');
        for (const run of [runOutside<RoundTrips>, tree.run<RoundTrips>]) {
          const { tripsMs, connectMs } = await run('round-trips.mjs', 'tcp', '127.0.0.1', port, 5);
          expectRoundTrips(tripsMs, 20);
          expect(connectMs).toBeGreaterThanOrEqual(39);
          const udp = await run('round-trips.mjs', 'udp', '127.0.0.1', port, 5);
          expectRoundTrips(udp.tripsMs, 20);
        }
        expect(tree.use().flows.map(({ begunByTree }) => begunByTree)).toEqual([false, false, true, true]);
      });
    });

    it('brings no packet of another process into the queue', async () => {
      await impaired({ networkLatencyMs: 10 }, async (tree) => {
        const [table] = await tablesOf(process.pid);
        await runOutside('round-trips.mjs', 'tcp', '127.0.0.1', echo.port, 50);
        await runOutside('round-trips.mjs', 'udp', '127.0.0.1', echo.port, 50);
        expect(queuedPackets(table!)).toBe(0);
        await trips(tree, 'udp', 5);
        expect(queuedPackets(table!)).toBe(10);
      });
    });

    it('touches no other process', async () => {
      await impaired({ networkLatencyMs: 200 }, async (tree) => {
        const inside = trips(tree, 'tcp', 5);
        const outside = await runOutside<RoundTrips>('round-trips.mjs', 'tcp', '127.0.0.1', echo.port, 200);
        expect(Math.min(...outside.tripsMs)).toBeLessThan(400);
        expectRoundTrips((await inside).tripsMs, 200);
        expect(tree.use().flows).toHaveLength(1);
      });
    });

    it('is shared by connections, not added up over them', async () => {
      await impaired({ networkLatencyMs: 50 }, async (tree) => {
        const { seconds } = await tree.run<Transfer>('transfer.mjs', 'up', '127.0.0.1', bulk.port, 100, 100);
        expect(seconds).toBeGreaterThanOrEqual(0.099);
        expect(seconds).toBeLessThan(100 * 0.1);
      });
    });

    it('does not narrow the link', async () => {
      await impaired({ networkLatencyMs: 20 }, async (tree) => {
        const { seconds } = await tree.run<Transfer>('transfer.mjs', 'up', '127.0.0.1', bulk.port, 20 * MiB, 1);
        // A window of 64 KiB a round trip would take 12.8 s.
        expect(seconds).toBeLessThan(20 * 16 * 0.04);
      });
    });

    it('of one direction makes round trips of once that', async () => {
      for (const networkDirection of ['to', 'from'] as const) {
        await impaired({ networkLatencyMs: 40, networkDirection }, async (tree) => {
          expectRoundTrips((await trips(tree, 'tcp', 5)).tripsMs, 20);
          const [flow] = tree.use().flows;
          expect(flow![networkDirection].delayed).toBeGreaterThan(0);
          expect(flow![networkDirection === 'to' ? 'from' : 'to'].delayed).toBe(0);
        });
      }
    });

    it('holds for the targets that are named', async () => {
      await impaired({ networkLatencyMs: 200, networkTo: [`:${echo.port}`, '10.0.0.0/8'] }, async (tree) => {
        expectRoundTrips((await trips(tree, 'tcp', 5)).tripsMs, 200);
        const { tripsMs } = await tree.run<RoundTrips>('round-trips.mjs', 'tcp', '::1', echo6.port, 5);
        expect(Math.min(...tripsMs)).toBeLessThan(400);
      });
    });

    it('adds up over rules, and two trees have each their own', async () => {
      const networkRules = [{ networkTo: ['localhost'], networkLatencyMs: 20 }];
      await impaired({ networkLatencyMs: 20, networkRules }, async (slow) => {
        await impaired({ networkLatencyMs: 10 }, async (quick) => {
          const [a, b] = await Promise.all([trips(slow, 'tcp', 5), trips(quick, 'tcp', 5)]);
          expectRoundTrips(a.tripsMs, 40);
          expectRoundTrips(b.tripsMs, 10);
        });
      });
    });

    it('loses nothing when another run begins and ends meanwhile', async () => {
      await impaired({ networkLatencyMs: 5 }, async (tree) => {
        const datagrams = tree.run<number[]>('datagrams.mjs', '127.0.0.1', echo.port, 1500);
        for (let i = 0; i < 8; i++) await impaired({}, () => new Promise((resolve) => setTimeout(resolve, 20)));
        expect(new Set(await datagrams).size).toBe(1500);
      });
    });

    it('varies with jitter, the same way with the same seed', async () => {
      await impaired({ networkLatencyMs: 20, networkJitterMs: 15 }, async (tree) => {
        const { tripsMs } = await trips(tree, 'udp', 20);
        expect(Math.min(...tripsMs)).toBeGreaterThanOrEqual(9.5);
        expect(Math.max(...tripsMs) - Math.min(...tripsMs)).toBeGreaterThan(10);
      });
    });
  });

  describe('loss', () => {
    const COUNT = 2000;
    const datagrams = (tree: Tree): Promise<number[]> => tree.run('datagrams.mjs', '127.0.0.1', echo.port, COUNT);

    it.each(['127.0.0.1', '::1'])('is as frequent as asked for (%s), and is counted', async (host) => {
      const count = 10_000;
      await impaired({ packetLossRate: 0.1, networkDirection: 'to' }, async (tree) => {
        const { port } = host === '::1' ? echo6 : echo;
        const arrived = await tree.run<number[]>('datagrams.mjs', host, port, count);
        const [flow] = tree.use().flows;
        const lost = count - arrived.length;
        expect(Math.abs(lost - count * 0.1)).toBeLessThan(3 * Math.sqrt(count * 0.1 * 0.9));
        expect(flow).toMatchObject({ protocol: 'udp', to: { packets: count } });
        // On a busy machine a buffer may overflow, too.
        expect(lost - flow!.to.lost).toBeGreaterThanOrEqual(0);
        expect(tree.faults().filter((fault) => fault.flow === flow!.id)).toHaveLength(flow!.to.lost);
      });
    });

    it('hits the same packets with the same seed, others with another', async () => {
      const run = (seed: number): Promise<number[]> =>
        impaired({ packetLossRate: 0.2, networkDirection: 'to' }, datagrams, seed);
      const first = await run(7);
      expect(await run(7)).toEqual(first);
      expect(await run(8)).not.toEqual(first);
    });

    it('comes in bursts', async () => {
      await impaired({ packetLossBursts: { enter: 0.01, leave: 0.1 }, networkDirection: 'to' }, async (tree) => {
        const arrived = await datagrams(tree);
        const bursts = arrived.filter((number, i) => i > 0 && number !== arrived[i - 1]! + 1).length;
        expect(COUNT - arrived.length).toBeGreaterThan(3 * bursts);
      });
    });

    it('is repaired by TCP: segments are sent again, and all data arrives', async () => {
      await impaired({ packetLossRate: 0.05 }, async (tree) => {
        const before = snmp('Tcp', 'RetransSegs');
        const echoed = await tree.run('echoed-whole.mjs', '127.0.0.1', echo.port, 4 * MiB);
        expect(echoed).toEqual({ bytes: 4 * MiB, whole: true });
        expect(snmp('Tcp', 'RetransSegs')).toBeGreaterThan(before);
        expect(tree.faults().length).toBeGreaterThan(0);
      });
    });

    it('of everything is a partition', async () => {
      await impaired({ partition: true, networkTo: [`:${echo.port}`] }, async (tree) => {
        expect(await tree.run('datagrams.mjs', '127.0.0.1', echo.port, 20, 'lost')).toEqual([]);
        expect(tree.use().groups).toMatchObject([{ protocol: 'udp', to: { packets: 20, lost: 20 } }]);
      });
    });
  });

  describe('packets', () => {
    it('are duplicated', async () => {
      await impaired({ packetDuplicateRate: 0.5, networkDirection: 'to' }, async (tree) => {
        const arrived = await tree.run<number[]>('datagrams.mjs', '127.0.0.1', echo.port, 200);
        expect(arrived.length).toBe(200 + tree.use().flows[0]!.to.duplicated);
        expect(new Set(arrived).size).toBe(200);
        expect(arrived.length).toBeGreaterThan(250);
      });
    });

    it('are reordered', async () => {
      await impaired({ networkLatencyMs: 20, packetReorderRate: 0.1, networkDirection: 'to' }, async (tree) => {
        const arrived = await tree.run<number[]>('datagrams.mjs', '127.0.0.1', echo.port, 200);
        expect(arrived).not.toEqual(arrived.toSorted((a, b) => a - b));
        expect(new Set(arrived).size).toBe(200);
        expect(tree.use().flows[0]!.to.reordered).toBeGreaterThan(5);
      });
    });

    it('are corrupted, and their receiver throws them away', async () => {
      await impaired({ packetCorruptRate: 0.3, networkDirection: 'to' }, async (tree) => {
        const [udpBefore, tcpBefore] = [snmp('Udp', 'InCsumErrors'), snmp('Tcp', 'InCsumErrors')];
        const arrived = await tree.run<number[]>('datagrams.mjs', '127.0.0.1', echo.port, 200);
        const { corrupted } = tree.use().flows[0]!.to;
        expect(corrupted).toBeGreaterThan(30);
        // A flipped bit of a length or a port may make it no datagram of this socket at all.
        expect(arrived.length).toBeLessThanOrEqual(200 - corrupted);
        expect(snmp('Udp', 'InCsumErrors')).toBeGreaterThan(udpBefore);
        await tree.run<Transfer>('transfer.mjs', 'up', '127.0.0.1', bulk.port, MiB, 1);
        expect(snmp('Tcp', 'InCsumErrors')).toBeGreaterThan(tcpBefore);
      });
    });
  });

  describe('bandwidth', () => {
    it.each([
      ['up', 1],
      ['up', 4],
      ['down', 1],
      ['down', 4],
    ])('is kept: %s, %i connections', async (verb, connections) => {
      const rate = 5e6;
      await impaired({ bandwidthBytesPerSec: rate }, async (tree) => {
        const { seconds, bytes } = await tree.run<Transfer>(
          'transfer.mjs',
          verb,
          '127.0.0.1',
          bulk.port,
          10e6,
          connections,
        );
        expect(bytes / seconds / rate).toBeLessThan(1.02);
      });
    });
  });

  describe('the queue', () => {
    it('lets all pass, where nothing is done to the packets', async () => {
      const size = 128 * MiB;
      await impaired({}, async (tree) => {
        // bench/network.mjs measures how wide.
        await tree.run<Transfer>('transfer.mjs', 'up', '127.0.0.1', bulk.port, size, 1);
        expect(tree.use().flows[0]!.to.bytes).toBeGreaterThan(size);
      });
    });
  });

  describe('connections', () => {
    it.each(['127.0.0.1', '::1'])('to %s are dropped: both ends see a reset', async (host) => {
      await impaired({ connectionDropRate: 1, networkLatencyMs: 1 }, async (tree) => {
        const server = host === '::1' ? echo6 : echo;
        server.lines.length = 0;
        const { error } = await tree.run<RoundTrips>('round-trips.mjs', 'tcp', host, server.port, 100_000);
        expect(error).toBe('ECONNRESET');
        await until(() => server.lines.length > 0);
        expect(server.lines).toEqual(['ECONNRESET']);
        expect(tree.use().flows).toMatchObject([{ id: 'tcp 1', reset: true }]);
        expect(tree.faults()).toMatchObject([{ kind: 'reset', flow: 'tcp 1' }]);
      });
    });

    it('are dropped at the same byte with the same seed', async () => {
      const run = (): Promise<number> =>
        impaired({ connectionDropRate: 1 }, async (tree) => (await trips(tree, 'tcp', 100_000)).tripsMs.length);
      expect(await run()).toBe(await run());
    });

    it.each(['127.0.0.1', '::1'])('to %s are refused, after a round trip', async (host) => {
      await impaired({ connectionRefuseRate: 1, networkLatencyMs: 20 }, async (tree) => {
        const start = performance.now();
        const { port } = host === '::1' ? echo6 : echo;
        const { error } = await tree.run<RoundTrips>('round-trips.mjs', 'tcp', host, port, 5);
        expect(error).toBe('ECONNREFUSED');
        expect(performance.now() - start).toBeGreaterThan(40);
        expect(tree.use().flows).toMatchObject([{ refused: true }]);
      });
    });

    it('are refused or not by the ordinal of the connection', async () => {
      const run = (): Promise<boolean[]> =>
        impaired({ connectionRefuseRate: 0.5 }, async (tree) => {
          for (let i = 0; i < 6; i++) await trips(tree, 'tcp', 1);
          return tree.use().flows.map(({ refused }) => refused);
        });
      const first = await run();
      expect(new Set(first)).toEqual(new Set([true, false]));
      expect(await run()).toEqual(first);
    });
  });

  describe('names', () => {
    const SERVER = ownAddress();
    const NAMES = [...Array(6).keys()].map((i) => `host${i}.test`);

    it.each([
      ['fail', 'ESERVFAIL', 'dns-failure'],
      ['timeout', 'ETIMEOUT', 'dns-timeout'],
    ] as const)('%s, some of them, the same in each run', async (dnsFailure, code, kind) => {
      const server = await serveOutside('dns-server.mjs', SERVER);
      const run = (): Promise<string[]> =>
        impaired({ dnsFailureRate: 0.5, dnsFailure }, async (tree) => {
          const results = await tree.run<string[]>('resolve-names.mjs', SERVER, ...NAMES);
          expect(tree.faults().map((fault) => fault.kind)).toEqual(results.filter((r) => r !== 'ok').map(() => kind));
          return results;
        });
      try {
        const first = await run();
        expect(new Set(first)).toEqual(new Set(['ok', code]));
        expect(await run()).toEqual(first);
      } finally {
        await server.stop();
      }
    });
  });

  describe('the end', () => {
    it('removes rules and queues, and the last figures can still be read', async () => {
      let ours: string[] = [];
      const use = await impaired({ networkLatencyMs: 1 }, async (tree) => {
        const tables = await tablesOf(process.pid);
        expect(tables).toHaveLength(1);
        ours = queues(tables[0]);
        expect(ours).toHaveLength(3);
        await trips(tree, 'udp', 3);
        return tree.use;
      });
      expect(await tablesOf(process.pid)).toEqual([]);
      expect(queues().filter((queue) => ours.includes(queue))).toEqual([]);
      expect(use().flows).toMatchObject([{ id: 'udp 1', to: { packets: 3 } }]);
    });

    it('by SIGKILL in full traffic, 20 times, leaves nothing, and connections go on', async () => {
      const { RunGroups } = await built<typeof Groups>('chaos/basic/run-groups.js');
      const { groupName, newRunIdentity } = await built<typeof Identity>('chaos/basic/run-identity.js');
      const groups = new RunGroups(groupName(newRunIdentity()));
      const group = groups.v2();
      const outside = runOutside<RoundTrips>('round-trips.mjs', 'tcp', '127.0.0.1', echo.port, 10_000);
      const kill = async (): Promise<void> => {
        const script = [path.join(ROOT, 'test/support/network-run.mjs'), path.join(ROOT, 'dist'), group.directory];
        const renacer = spawn(process.execPath, script, { stdio: ['ignore', 'pipe', 'inherit'] });
        await once(renacer.stdout!, 'data');
        const tables = await tablesOf(renacer.pid);
        expect(tables).toHaveLength(1);
        const ours = queues(tables[0]);
        expect(ours).toHaveLength(3);
        const traffic = spawn('/bin/sh', [
          '-c',
          'echo $$ >"$0"; exec "$@"',
          group.procsFile,
          process.execPath,
          path.join(GUESTS, 'transfer.mjs'),
          'up',
          '127.0.0.1',
          String(bulk.port),
          String(4 * MiB),
          '4',
        ]);
        const complete = once(traffic, 'exit');
        await until(() => queuedPackets(tables[0]!) > 100);
        renacer.kill('SIGKILL');
        await once(renacer, 'exit');
        expect(await complete).toEqual([0, null]);
        expect(await tablesOf(renacer.pid)).toEqual([]);
        // They are numbers that another run may have taken by now, but with a reader of its own.
        expect(queues().filter((queue) => ours.includes(queue))).toEqual([]);
      };
      await inTurns(20, kill);
      expect((await outside).error).toBeUndefined();
      await groups.dispose();
    });
  });

  it('is refused in words to those who may not', async () => {
    const script = `import(${JSON.stringify(path.join(ROOT, 'dist/chaos/network/queue/queued-network.js'))}).then((engine) =>
      engine.prepareNetwork({ rules: [] }, { seed: 1, cgroup: process.argv[1] }).catch((error) => console.log(error.code)))`;
    const groups = await built<typeof Groups>('chaos/basic/run-groups.js');
    const { groupName, newRunIdentity } = await built<typeof Identity>('chaos/basic/run-identity.js');
    const run = new groups.RunGroups(groupName(newRunIdentity()));
    const command = ['--bounding-set=-net_admin', process.execPath, '-e', script, run.v2().directory];
    const { stdout } = await promisify(execFile)('setpriv', command);
    expect(stdout.trim()).toBe('NETWORK_PERMISSION');
    await run.dispose();
  });
});
