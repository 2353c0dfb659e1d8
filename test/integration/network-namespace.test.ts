import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type * as Probe from '../../src/chaos/network/namespace/probe.ts';
import { allProcessIds, readProcessStat } from '../../src/linux/process-stat.ts';
import type { Report } from '../../src/report/json-report.ts';
import { has, isRoot, RENACER, ROOT } from '../support/guests.ts';
import { inTurns } from '../support/in-turns.ts';
import { built, until } from '../support/limits.ts';
import { expectDelayed, runOutside, type Server, serveOutside } from '../support/network.ts';
import { AS_NOBODY, openScratch, type ReportedRun, runAs } from '../support/run-as.ts';

/** That everybody may run. */
const PYTHON = '/usr/bin/python3';
const GUESTS = path.join(ROOT, 'test/guests');
const LATENCY_MS = 100;
const latency = `--chaos-network-latency=${LATENCY_MS}ms`;

/** A user namespace is made by those who need one: nobody does, root only if it lacks the privilege to do without. */
const USERS = {
  nobody: AS_NOBODY,
  root: [],
  'root without CAP_SYS_ADMIN': ['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-all'],
} as const;

interface RoundTrips {
  readonly connectMs: number;
  readonly tripsMs: readonly number[];
  readonly error?: string;
}

/** Starts the guest `$1`, which prints its port, and then the guest `$2` with `$3` as its first argument. */
const BOTH = `
node "$1" > "$0" & server=$!
until [ -s "$0" ]; do sleep 0.02; done
node "$2" "$3" 127.0.0.1 "$(head -1 "$0")" 5
kill $server`;

const guest = (name: string, ...args: (string | number)[]): string[] => [
  process.execPath,
  path.join(GUESTS, name),
  ...args.map(String),
];

/** An address of this machine that others could reach: to the tree it is the outside. */
const outsideAddress = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

async function missing(): Promise<string | undefined> {
  if (!isRoot || !has('setpriv')) return 'needs root to give privileges up, and setpriv';
  const { probeOwnNetwork } = await built<typeof Probe>('chaos/network/namespace/probe.js');
  const { available, reason } = await probeOwnNetwork();
  if (!available) return reason;
  const nobody = await promisify(execFile)(AS_NOBODY[0]!, [...AS_NOBODY.slice(1), RENACER, 'doctor']);
  return /✔ network, by choice/.test(nobody.stdout) ? undefined : 'no user namespaces without privileges';
}

const why = await missing();

describe.skipIf(why !== undefined)(`a network namespace of the command's own${why ? ` (${why})` : ''}`, () => {
  let echo: Server;
  let echo6: Server;
  let everywhere: Server;
  let bulk: Server;

  beforeAll(async () => {
    [echo, echo6, everywhere, bulk] = await Promise.all([
      serveOutside('echo-server.mjs'),
      serveOutside('echo-server.mjs', '::1'),
      serveOutside('echo-server.mjs', '0.0.0.0'),
      serveOutside('bulk-server.mjs'),
    ]);
  });

  afterAll(() => Promise.all([echo, echo6, everywhere, bulk].map((server) => server?.stop())));

  /** The servers' ports on loopback are those that the tree may reach. */
  function run(user: readonly string[], flags: readonly string[], command: readonly string[]): Promise<ReportedRun> {
    const ports = [echo, echo6, bulk].map(({ port }) => port);
    const own = ['--network-backend=namespace', `--chaos-network-host-ports=${ports}`];
    return runAs(user, [...own, ...flags], command);
  }

  function expectLate({ tripsMs, connectMs, error }: RoundTrips): void {
    expect(error).toBeUndefined();
    expectDelayed(tripsMs, 2 * LATENCY_MS);
    if (connectMs !== undefined) expectDelayed([connectMs], 2 * LATENCY_MS);
  }

  describe.each(Object.entries(USERS))('as %s', (_, user) => {
    it('delays what passes within the tree', async () => {
      const file = path.join(openScratch(), 'port');
      const guests = ['echo-server.mjs', 'round-trips.mjs'].map((name) => path.join(GUESTS, name));
      const { stdout, report } = await run(user, [latency], ['sh', '-c', BOTH, file, ...guests, 'tcp']);
      expectLate(JSON.parse(stdout));
      expect(report.backends.network).toMatch(/^namespace \(.*nothing from outside\)$/);
      expect(report.network?.groups).toMatchObject([{ protocol: 'tcp', flows: 1, resets: 0 }]);
    });

    it("delays what passes to ports of the host's loopback, by TCP and UDP", async () => {
      for (const [protocol, host, { port }] of [
        ['tcp', '127.0.0.1', echo],
        ['udp', '::1', echo6],
      ] as const) {
        const { stdout, report } = await run(user, [latency], guest('round-trips.mjs', protocol, host, port, 5));
        expectLate(JSON.parse(stdout));
        const service = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
        expect(report.network?.groups).toMatchObject([{ protocol, service, flows: 1 }]);
      }
    });

    it.skipIf(outsideAddress === undefined)('delays what passes to the outside, by TCP and UDP', async () => {
      for (const protocol of ['tcp', 'udp']) {
        const command = guest('round-trips.mjs', protocol, outsideAddress!, everywhere.port, 5);
        expectLate(JSON.parse((await run(user, [latency], command)).stdout));
      }
    });

    it('changes neither who the command is nor what it may do', async () => {
      const command = ['sh', '-c', 'id -u; id -g; grep ^Cap /proc/self/status'];
      const [first, ...words] = [...user, ...command];
      const bare = execFileSync(first!, words, { encoding: 'utf8' });
      expect((await run(user, [latency], command)).stdout).toBe(bare);
    });
  });

  it('refuses a connection to what is refused outside, and to ports of the host that were not named', async () => {
    const closed = await serveOutside('echo-server.mjs');
    await closed.stop();
    for (const { port } of [closed, everywhere]) {
      const flags = [latency, `--chaos-network-host-ports=${closed.port}`];
      const start = performance.now();
      const command = guest('round-trips.mjs', 'tcp', '127.0.0.1', port, 1);
      const { stdout, report } = await run(AS_NOBODY, flags, command);
      expect(JSON.parse(stdout)).toMatchObject({ error: 'ECONNREFUSED' });
      const told = `127.0.0.1:${port} was refused: loopback is the command's own here. The host has a server at that port: `;
      const toDo = `--chaos-network-host-ports ${port} lets the command reach it`;
      expect(report.network!.notes).toEqual(port === everywhere.port ? [told + toDo] : []);
      expect(performance.now() - start).toBeGreaterThan(2 * LATENCY_MS);
    }
  });

  it('answers what it does not carry', async () => {
    const script = [
      'import socket, struct',
      'raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, 132)',
      'raw.setsockopt(socket.IPPROTO_IP, 11, 1)',
      'raw.settimeout(120); raw.connect(("192.0.2.77", 0)); raw.send(b"12345678")',
      'raw.recv(100)',
    ].join('\n');
    const { stderr } = await run([], [latency], [PYTHON, '-c', script]);
    expect(stderr).toContain('No route to host');
  });

  it('lets the tree listen at a port that it also connects to outside', async () => {
    const script = [
      'import socket, sys',
      'def listen():',
      '  server = socket.socket(); server.setsockopt(1, 2, 1); server.bind(("0.0.0.0", port)); server.listen(); return server',
      'port = int(sys.argv[2])',
      'for early in [True, False]:',
      '  server = listen() if early else None',
      '  client = socket.create_connection((sys.argv[1], port)); client.send(b"x"); assert client.recv(9) == b"x"',
      '  server = server or listen()',
      '  own = socket.create_connection(("127.0.0.1", port)); assert server.accept()[1] == own.getsockname()',
      '  own.close(); client.close(); server.close()',
      'print("fine")',
    ].join('\n');
    const host = outsideAddress ?? '127.0.0.1';
    const { stdout, stderr } = await run(
      AS_NOBODY,
      [latency],
      [PYTHON, '-c', script, host, String(outsideAddress ? everywhere.port : echo.port)],
    );
    expect([stdout, stderr.split('renacer')[0]]).toEqual(['fine\n', '']);
  });

  it('loses datagrams: as many as asked for, and the same again in a replay', async () => {
    const count = 2000;
    const recording = path.join(openScratch(), 'recording');
    const flags = ['--chaos-packet-loss=10%', '--chaos-network-direction=to', '--record', recording];
    const command = guest('datagrams.mjs', '127.0.0.1', echo.port, count);
    const { stdout, report } = await run(AS_NOBODY, flags, command);
    const arrived = JSON.parse(stdout) as number[];
    const { to } = report.network!.flows.find(({ id }) => id === 'udp 1')!;
    expect(to.packets).toBe(count);
    expect(Math.abs(to.lost - count * 0.1)).toBeLessThan(4 * Math.sqrt(count * 0.1 * 0.9));
    // On a busy machine a buffer may overflow, too.
    const overflown = count - arrived.length - to.lost;
    expect(overflown).toBeGreaterThanOrEqual(0);
    const replayed = path.join(path.dirname(recording), 'report.json');
    const words = [...AS_NOBODY, RENACER, 'replay', recording, '--report', replayed];
    await promisify(execFile)(words[0]!, words.slice(1));
    const lossesOf = (of: Report): unknown[] =>
      of.faults.flatMap((fault) => ('flow' in fault && fault.flow === 'udp 1' ? [fault.packet] : []));
    expect(lossesOf(report)).toHaveLength(to.lost);
    expect(lossesOf(JSON.parse(readFileSync(replayed, 'utf8')))).toEqual(lossesOf(report));
  });

  it.each(['up', 'down'])('carries no more than the bandwidth, %s', async (verb) => {
    const command = guest('transfer.mjs', verb, '127.0.0.1', bulk.port, 3_000_000, 3);
    const { stdout } = await run(AS_NOBODY, ['--chaos-bandwidth=2M'], command);
    const { seconds, bytes } = JSON.parse(stdout) as { seconds: number; bytes: number };
    const goodput = bytes / seconds / (2 * 2 ** 20);
    expect(goodput).toBeLessThan(1.02);
  });

  it('carries data whole, whatever the network does to it', async () => {
    const flags = ['--chaos-packet-loss=2%', '--chaos-packet-corrupt=2%', '--chaos-packet-duplicate=2%', latency];
    const command = guest('transfer.mjs', 'up', '127.0.0.1', bulk.port, 300_000, 2);
    const { stdout, report } = await run(AS_NOBODY, [...flags, '--seed=3'], command);
    expect(JSON.parse(stdout)).toMatchObject({ bytes: 300_000 });
    const { lost, corrupted, duplicated } = report.network!.groups[0]!.to;
    expect([lost, corrupted, duplicated].every((count) => count > 0)).toBe(true);
  });

  it('drops and refuses connections, and the outside notices', async () => {
    const server = await serveOutside('echo-server.mjs');
    onTestFinished(server.stop);
    const ports = `--chaos-network-host-ports=${server.port}`;
    const command = guest('round-trips.mjs', 'tcp', '127.0.0.1', server.port, 100_000);
    const dropped = await run(AS_NOBODY, [ports, '--chaos-connection-drop=1', '--seed=2'], command);
    expect(JSON.parse(dropped.stdout)).toMatchObject({ error: 'ECONNRESET' });
    await until(() => server.lines.includes('ECONNRESET'));
    const refused = await run(AS_NOBODY, [ports, '--chaos-connection-refuse=1'], command);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: 'ECONNREFUSED', tripsMs: [] });
    expect(refused.report.network?.groups).toMatchObject([{ refusals: 1 }]);
  });

  it('delivers what a program has sent before it ended', async () => {
    const bytes = 8 << 20;
    let received = 0;
    // It is slow to begin, so that much waits on the way when the program has ended.
    const server = createServer({ pauseOnConnect: true }, (socket) => {
      socket.on('data', (data) => {
        received += data.length;
      });
      socket.pause();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const { port } = server.address() as AddressInfo;
    const script = `import socket; socket.create_connection(("127.0.0.1", ${port})).sendall(bytes(${bytes}))`;
    const flags = ['--chaos-network-latency=1ms', `--chaos-network-host-ports=${port}`];
    const running = run(AS_NOBODY, flags, [PYTHON, '-c', script]);
    const [socket] = await connected;
    await new Promise((resolve) => setTimeout(resolve, 250));
    socket.resume();
    await once(socket, 'end');
    expect(received).toBe(bytes);
    expect((await running).report.outcome).toBe('survived');
  });

  it.skipIf(!has('git') || !has('curl'))(
    'carries real programs: git clone and curl, over http (needs git, curl)',
    async () => {
      const directory = openScratch();
      const source = path.join(directory, 'source');
      execFileSync('git', ['init', '-q', source]);
      writeFileSync(path.join(source, 'file'), 'content');
      const identity = ['-c', 'user.name=n', '-c', 'user.email=e'];
      for (const args of [['add', '.'], [...identity, 'commit', '-qm', 'one'], ['update-server-info']]) {
        execFileSync('git', args, { cwd: source });
      }
      const server = spawn(PYTHON, ['-u', '-m', 'http.server', '-b', '127.0.0.1', '-d', directory, '0']);
      onTestFinished(() => void server.kill());
      const [line] = (await once(server.stdout, 'data')) as [Buffer];
      const port = /port (\d+)/.exec(String(line))![1]!;
      const url = `http://127.0.0.1:${port}`;
      const flags = [latency, `--chaos-network-host-ports=${port}`];
      const clone = path.join(directory, 'clone');
      const cloned = await run(AS_NOBODY, flags, ['git', 'clone', '-q', `${url}/source/.git`, clone]);
      expect([cloned.code, cloned.stderr.split('renacer')[0]]).toEqual([0, '']);
      expect(readFileSync(path.join(clone, 'file'), 'utf8')).toBe('content');
      const format = '%{http_code} %{time_total}';
      const { stdout } = await run(AS_NOBODY, flags, [
        'curl',
        '-s',
        '-o',
        '/dev/null',
        '-w',
        format,
        `${url}/source/file`,
      ]);
      const [code, seconds] = stdout.split(' ').map(Number);
      expect(code).toBe(200);
      expect(seconds).toBeGreaterThan((4 * LATENCY_MS) / 1000 - 0.001);
    },
  );

  it('is where limits and the tracer work as elsewhere', async () => {
    const script = 'import os, sys\ntry: bytearray(400 << 20)\nexcept MemoryError: sys.exit(7)';
    const limited = await run(AS_NOBODY, [latency, '--chaos-memory-limit=100M'], [PYTHON, '-c', script]);
    expect(limited.code).toBe(7);
    const command = guest('round-trips.mjs', 'tcp', '127.0.0.1', echo.port, 3);
    for (const user of [AS_NOBODY, []]) {
      const traced = await run(user, [latency, '-f', '-e', 'trace=connect'], command);
      expectLate(JSON.parse(traced.stdout));
      expect(traced.stderr).toContain(`sin_port=htons(${echo.port}), sin_addr=inet_addr("127.0.0.1")`);
    }
  });

  it('leaves nothing when Renacer is killed in full traffic, 20 times', async () => {
    const outside = networkOf(process.pid)[0]!;
    const kill = async (user: readonly string[]): Promise<void> => {
      const flags = ['--network-backend=namespace', latency, `--chaos-network-host-ports=${bulk.port}`];
      const command = guest('transfer.mjs', 'down', '127.0.0.1', bulk.port, 10_000_000_000, 4);
      const words = [...user, RENACER, ...flags, '--', ...command];
      const renacer = spawn(words[0]!, words.slice(1), { stdio: 'ignore' });
      const ended = once(renacer, 'exit');
      const network = await treeNetwork(renacer.pid!, outside);
      await new Promise((resolve) => setTimeout(resolve, 200));
      renacer.kill('SIGKILL');
      await ended;
      await until(() => !allProcessIds().some((pid) => networkOf(pid).includes(network)));
    };
    let killed = 0;
    await inTurns(20, () => kill(killed++ % 2 === 0 ? AS_NOBODY : []));
    const trips = await runOutside<RoundTrips>('round-trips.mjs', 'tcp', '127.0.0.1', echo.port, 3);
    expect(Math.min(...trips.tripsMs)).toBeLessThan(2 * LATENCY_MS);
  });

  it('is refused before the start where none can be made', async () => {
    const forbid = 'echo 0 > /proc/sys/user/max_net_namespaces && exec "$@"';
    const words = ['unshare', '-Ur', 'sh', '-c', forbid, 'sh', RENACER, '--network-backend=namespace', latency];
    const refusal = await promisify(execFile)(words[0]!, [...words.slice(1), '--', 'echo', 'started']).catch(
      (error) => error,
    );
    expect(refusal).toMatchObject({ code: 125, stdout: '', stderr: expect.stringContaining('no network namespace') });
  });
});

/** The network of the command that this process of Renacer's runs, as soon as it is executed and has one of its own. */
async function treeNetwork(renacer: number, outside: string): Promise<string> {
  let networks: string[] = [];
  await until(() => {
    const commands = allProcessIds().filter((pid) => readProcessStat(pid)?.parent === renacer && isGuest(pid));
    networks = commands.flatMap(networkOf).filter((network) => network !== outside);
    return networks.length > 0;
  });
  return networks[0]!;
}

function isGuest(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')[1]?.endsWith('transfer.mjs') === true;
  } catch {
    return false;
  }
}

function networkOf(pid: number): string[] {
  try {
    return [readlinkSync(`/proc/${pid}/ns/net`)];
  } catch {
    return [];
  }
}
