import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { run, script, USERS } from '../support/emulation.ts';
import { has, isRoot, RENACER } from '../support/guests.ts';
import { expectDelayed, ownAddress, runOutside, type Server, serveOutside } from '../support/network.ts';
import { runAs } from '../support/run-as.ts';

const PYTHON = '/usr/bin/python3';
const LATENCY_MS = 100;

interface RoundTrips {
  readonly connectMs: number | undefined;
  readonly tripsMs: readonly number[];
  readonly error?: string;
}

const latency = `--chaos-network-latency=${LATENCY_MS}ms`;

let echo: Server;
let echo6: Server;
let bulk: Server;

beforeAll(async () => {
  echo = await serveOutside('echo-server.mjs');
  echo6 = await serveOutside('echo-server.mjs', '::1');
  bulk = await serveOutside('bulk-server.mjs');
});

afterAll(() => Promise.all([echo, echo6, bulk].map((server) => server.stop())));

const needsRoot = isRoot && has('setpriv');

describe.skipIf(!needsRoot).each(Object.entries(USERS))('a network that is emulated, as %s', (_, user) => {
  it.each([
    ['127.0.0.1', () => echo],
    ['::1', () => echo6],
  ])('delays TCP to %s, and the attempt to connect', async (host, server) => {
    const { stdout, report } = await run(user, [latency], script('round-trips.mjs', 'tcp', host, server().port, 10));
    const { connectMs, tripsMs } = JSON.parse(stdout) as RoundTrips;
    expectDelayed([connectMs!], 2 * LATENCY_MS);
    expectDelayed(tripsMs, 2 * LATENCY_MS);
    expect(report.backends.network).toBe('system calls (emulation)');
    const service = host.includes(':') ? `[${host}]:${server().port}` : `${host}:${server().port}`;
    expect(report.network?.groups).toMatchObject([{ protocol: 'tcp', service, flows: 1 }]);
  });

  it('does not delay one connection by another', async () => {
    const server = await serveOutside('http-server.mjs');
    onTestFinished(server.stop);
    const command = script('keep-alive.mjs', '127.0.0.1', server.port, 100, 3);
    const tripsMs = JSON.parse((await run(user, [latency], command)).stdout) as number[];
    expect(tripsMs).toHaveLength(300);
    expectDelayed(tripsMs, 2 * LATENCY_MS);
    // One after the other, the last of a hundred would take all their times.
    expect(Math.max(...tripsMs)).toBeLessThan(100 * 2 * LATENCY_MS);
  });

  it('delays datagrams there and back once, whether their receiver is in the tree or not', async () => {
    const outside = await run(user, [latency], script('round-trips.mjs', 'udp', '127.0.0.1', echo.port, 5));
    const program = [
      'import socket,time',
      'a,b=[socket.socket(socket.AF_INET,socket.SOCK_DGRAM) for _ in "ab"]',
      'b.bind(("127.0.0.1",0)); trips=[]',
      'for _ in range(5):',
      '  start=time.time(); a.sendto(b"x",b.getsockname()); _,back=b.recvfrom(9)',
      '  b.sendto(b"y",back); assert a.recvfrom(9)==(b"y",b.getsockname()); trips.append(1000*(time.time()-start))',
      'print({"tripsMs":trips})',
    ].join('\n');
    const within = await run(user, [latency], [PYTHON, '-c', program]);
    for (const { stdout } of [outside, within]) {
      const { tripsMs } = JSON.parse(stdout.replaceAll("'", '"')) as RoundTrips;
      expectDelayed(tripsMs, 2 * LATENCY_MS);
    }
  });

  it('loses datagrams without a word: as many as asked for, and the same for the same seed', async () => {
    const count = 2000;
    const flags = ['--chaos-packet-loss=10%', '--chaos-network-direction=to', '--seed=5'];
    const command = script('datagrams.mjs', '127.0.0.1', echo.port, count);
    const first = await run(user, flags, command);
    const arrived = JSON.parse(first.stdout) as number[];
    const [flow] = first.report.network!.flows;
    expect(flow!.to.packets).toBe(count);
    expect(flow!.to.lost).toBe(count - arrived.length);
    expect(Math.abs(flow!.to.lost - count * 0.1)).toBeLessThan(3 * Math.sqrt(count * 0.1 * 0.9));
    expect(JSON.parse((await run(user, flags, command)).stdout)).toEqual(arrived);
  });

  it('delivers TCP data whole in spite of losses, later', async () => {
    const flags = ['--chaos-packet-loss=10%', '--seed=2'];
    const { stdout, report } = await run(user, flags, script('round-trips.mjs', 'tcp', '127.0.0.1', echo.port, 40));
    const { tripsMs, error } = JSON.parse(stdout) as RoundTrips;
    expect(error).toBeUndefined();
    const [flow] = report.network!.flows;
    const lost = flow!.to.lost + flow!.from.lost;
    expect(lost).toBeGreaterThan(0);
    expect(tripsMs.filter((ms) => ms >= 199).length).toBeGreaterThan(0);
    expect(Math.min(...tripsMs)).toBeLessThan(199);
  });

  it.each(['up', 'down'])('holds a transfer (%s) to the bandwidth', async (verb) => {
    const bytes = 10e6;
    const command = script('transfer.mjs', verb, '127.0.0.1', bulk.port, bytes, 3);
    const { seconds } = JSON.parse((await run(user, ['--chaos-bandwidth=4M'], command)).stdout) as { seconds: number };
    const goodput = bytes / seconds / (4 << 20);
    expect(goodput).toBeLessThan(1.05);
  });

  it('refuses and drops connections', async () => {
    const command = script('round-trips.mjs', 'tcp', '127.0.0.1', echo.port, 100_000);
    const refused = await run(user, ['--chaos-connection-refuse=1', latency], command);
    expect(JSON.parse(refused.stdout)).toEqual({ tripsMs: [], error: 'ECONNREFUSED' });
    const dropped = await run(user, ['--chaos-connection-drop=1', '--seed=3'], command);
    expect((JSON.parse(dropped.stdout) as RoundTrips).error).toBe('ECONNRESET');
    expect(dropped.report.faults).toMatchObject([{ kind: 'packet', fault: 'reset' }]);
    expect(echo.lines).toContain('ECONNRESET');
  });

  it('says which options do not hold for TCP', async () => {
    const flags = ['--chaos-packet-duplicate=1', '--chaos-packet-reorder=0', '--chaos-packet-corrupt=1%'];
    const { stderr, report } = await run(user, flags, ['true']);
    expect(report.network?.notes).toEqual(['packet_duplicate_rate: of UDP only', 'packet_corrupt_rate: as loss']);
    expect(stderr).toContain('network  packet_duplicate_rate: of UDP only');
  });

  it('lets nothing pass a partition, and an attempt to connect waits', async () => {
    const program = [
      'import socket,time',
      's=socket.socket(); s.settimeout(0.5)',
      `try: s.connect(("127.0.0.1",${echo.port}))`,
      'except TimeoutError: print("timeout")',
    ].join('\n');
    expect((await run(user, ['--chaos-partition'], [PYTHON, '-c', program])).stdout).toBe('timeout\n');
  });

  it.each(['timeout', 'fail'])('lets names fail: %s', async (kind) => {
    const address = ownAddress();
    const server = await serveOutside('dns-server.mjs', address);
    onTestFinished(server.stop);
    const names = Array.from({ length: 12 }, (_, i) => `name${i}.test`);
    const flags = ['--chaos-dns-failure=50%', `--chaos-dns-failure-kind=${kind}`, '--seed=1'];
    const lookUp = async () =>
      JSON.parse((await run(user, flags, script('resolve-names.mjs', address, ...names))).stdout) as string[];
    const results = await lookUp();
    expect(new Set(results)).toEqual(new Set(['ok', kind === 'timeout' ? 'ETIMEOUT' : 'ESERVFAIL']));
    expect(await lookUp()).toEqual(results);
  });

  it('tells programs the true ends of their connections, and why one failed', async () => {
    const server = await serveOutside('peer-name.mjs');
    onTestFinished(server.stop);
    const program = [
      'import socket,json,errno',
      `s=socket.create_connection(("127.0.0.1",${server.port}))`,
      'print(json.dumps([s.getpeername()[1], s.getsockname()[1], int(s.makefile().readline())]))',
      'n=socket.socket(); n.setblocking(False)',
      'import select',
      'assert n.connect_ex(("127.0.0.1",1))==errno.EINPROGRESS',
      'select.select([],[n],[])',
      'print(json.dumps([n.getsockopt(socket.SOL_SOCKET,socket.SO_ERROR)==errno.ECONNREFUSED]))',
      'b=socket.socket()',
      'print(json.dumps([b.connect_ex(("127.0.0.1",1))==errno.ECONNREFUSED]))',
    ].join('\n');
    const { stdout } = await run(user, ['--chaos-network-latency=5ms'], [PYTHON, '-c', program]);
    const [[peer, local, seenByPeer], ...failures] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(peer).toBe(server.port);
    expect(local).toBe(seenByPeer);
    expect(failures).toEqual([[true], [true]]);
  });

  it('leaves alone whom no rule is about, and everyone outside', async () => {
    const flags = ['--chaos-network-latency=1s', '--chaos-network-to=:1'];
    const command = script('round-trips.mjs', 'tcp', '127.0.0.1', echo.port, 20);
    const other = await run(user, flags, command);
    expect(Math.min(...(JSON.parse(other.stdout) as RoundTrips).tripsMs)).toBeLessThan(2000);
    expect(other.report.network!.flows).toEqual([]);
    const [inside, outside] = await Promise.all([
      run(user, [latency], command),
      runOutside<RoundTrips>('round-trips.mjs', 'tcp', '127.0.0.1', echo.port, 20),
    ]);
    expectDelayed((JSON.parse(inside.stdout) as RoundTrips).tripsMs, 2 * LATENCY_MS);
    expect(Math.min(...outside.tripsMs)).toBeLessThan(2 * LATENCY_MS);
  });

  it.skipIf(!has('curl'))('is met by curl (needs curl)', async () => {
    const server = await serveOutside('http-server.mjs');
    onTestFinished(server.stop);
    const format = '%{time_connect} %{time_total}';
    const url = `http://127.0.0.1:${server.port}/`;
    const { stdout } = await run(user, [latency], ['curl', '-sS', '-o', '/dev/null', '-w', format, url]);
    const [connectMs, totalMs] = stdout.split(' ').map((seconds) => 1000 * Number(seconds));
    expectDelayed([connectMs!, totalMs! - connectMs!], 2 * LATENCY_MS);
  });

  it('is met by urllib of Python', async () => {
    const server = await serveOutside('http-server.mjs');
    onTestFinished(server.stop);
    const program = `import urllib.request,time; start=time.time()
print(len(urllib.request.urlopen("http://127.0.0.1:${server.port}/").read()), 1000*(time.time()-start))`;
    const { stdout } = await run(user, [latency], [PYTHON, '-c', program]);
    expect(Number(stdout.split(' ')[1])).toBeGreaterThan(4 * LATENCY_MS - 1);
  });

  it.skipIf(!has('redis-server'))('is met by redis-cli (needs redis)', async () => {
    const server = await serveOutside('redis.mjs');
    onTestFinished(server.stop);
    const { stdout } = await run(user, [latency], ['redis-cli', '-p', String(server.port), 'PING']);
    expect(stdout).toBe('PONG\n');
  });

  it('slows files, pipes and unix sockets by io_latency, and nothing else', async () => {
    const program = [
      'import os,socket,time',
      'r,w=os.pipe(); a,b=socket.socketpair(); t=open("/etc/hostname","rb",0)',
      'u=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); u.bind(("127.0.0.1",0)); u.connect(u.getsockname())',
      'def took(action):',
      '  start=time.time(); action(); return round(1000*(time.time()-start))',
      'print([took(lambda: os.write(w,b"x")), took(lambda: os.read(r,1)), took(lambda: a.send(b"x")),',
      '  took(lambda: b.recv(1)), took(lambda: t.read(1)), took(lambda: u.send(b"x")), took(lambda: u.recv(1))])',
    ].join('\n');
    const { stdout, report } = await run(
      { ...user, flags: [] },
      ['--chaos-io-latency=300ms'],
      [PYTHON, '-S', '-c', program],
    );
    const times = JSON.parse(stdout) as number[];
    expect(Math.min(...times.slice(0, 5))).toBeGreaterThanOrEqual(299);
    expect(Math.max(...times.slice(5))).toBeLessThan(299);
    expect(report.backends.io_latency).toContain('ptrace');
  });

  it('leaves neither descriptors nor sockets to others', async () => {
    const program = [
      'import os,re,socket,json',
      `s=socket.create_connection(("127.0.0.1",${echo.port})); s.send(b"x"); s.recv(1)`,
      'renacer=f"/proc/{os.getppid()}/fd"',
      'sockets=[os.readlink(f"{renacer}/{fd}") for fd in os.listdir(renacer)]',
      'print(json.dumps([re.findall(r"socket:.(\\d+)", " ".join(sockets)), sorted(map(int, os.listdir("/proc/self/fd")))]))',
    ].join('\n');
    const bare = await promisify(execFile)(PYTHON, ['-c', program]);
    const { stdout } = await run(user, [latency], [PYTHON, '-c', program]);
    const [ofRenacer, ofCommand] = JSON.parse(stdout) as [string[], number[]];
    expect(ofCommand).toEqual(JSON.parse(bare.stdout)[1]);
    const atWork = ofRenacer.filter((inode) => inode !== '0');
    expect(atWork.length).toBeGreaterThan(3);
    const left = internetSockets();
    expect(atWork.filter((inode) => left.has(inode))).toEqual([]);
  });
});

describe.skipIf(!needsRoot)('the latency of an emulated network', () => {
  it.each([1, 10, 200])('of %i ms each way makes round trips of twice that, and connects in one', async (ms) => {
    const flags = [`--chaos-network-latency=${ms}ms`];
    const emulated = async <Output>(name: string, ...args: (string | number)[]): Promise<Output> =>
      JSON.parse((await run(USERS.root, flags, script(name, ...args))).stdout) as Output;
    const tcp = await emulated<RoundTrips>('round-trips.mjs', 'tcp', '127.0.0.1', echo.port, 4);
    const udp = await emulated<RoundTrips>('round-trips.mjs', 'udp', '127.0.0.1', echo.port, 4);
    const connects = await emulated<number[]>('connects.mjs', '127.0.0.1', echo.port, 2);
    for (const tookMs of [tcp.tripsMs, udp.tripsMs, connects]) expectDelayed(tookMs, 2 * ms);
  });
});

describe.skipIf(!needsRoot)('where packets turn out not to be had (needs root to give that up, and setpriv)', () => {
  it('the network is emulated instead, though the launch has begun', async () => {
    const through = ['setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin'];
    const { stdout, report } = await runAs(
      through,
      [latency],
      script('round-trips.mjs', 'tcp', '127.0.0.1', echo.port, 2),
    );
    expect(report.backends.network).toBe('system calls (emulation)');
    expect(Math.min(...(JSON.parse(stdout) as RoundTrips).tripsMs)).toBeGreaterThan(2 * LATENCY_MS - 1);
  });
});

describe.skipIf(!needsRoot)('without privileges (needs root to give them up, and setpriv)', () => {
  it('makes the preset aggressive complete', async () => {
    const flags = [
      '--chaos=aggressive',
      '--chaos-signals=none',
      '--chaos-cpu-limit=1',
      '--chaos-memory-limit=2G',
      '--seed=1',
    ];
    const { report, stdout } = await run(
      USERS.nobody,
      flags,
      script('round-trips.mjs', 'tcp', '127.0.0.1', echo.port, 3),
    );
    expect(report.backends.network).toBe('system calls (emulation)');
    expect(Math.min(...(JSON.parse(stdout) as RoundTrips).tripsMs)).toBeGreaterThan(199);
  });

  it('says so before the start where the emulation was not asked for and packets were', async () => {
    const words = [...USERS.nobody.through, RENACER, '--network-backend=packets', latency, '--', 'echo', 'started'];
    const refusal = await promisify(execFile)(words[0]!, words.slice(1)).catch((error) => error);
    expect(refusal).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('Network chaos needs a cgroup, and none can be created here'),
    });
  });
});

/** The TCP and UDP sockets of this machine, by their inodes. */
function internetSockets(): Set<string> {
  const lines = ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8').split('\n'),
  );
  return new Set(lines.map((line) => line.trim().split(/\s+/)[9]!));
}
