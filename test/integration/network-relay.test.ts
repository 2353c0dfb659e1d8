import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { allProcessIds, readProcessStat } from '../../src/linux/process-stat.ts';
import { run, script, serveInTree, type TreeServer, USERS } from '../support/emulation.ts';
import { has, isRoot, ROOT } from '../support/guests.ts';
import { inTurns } from '../support/in-turns.ts';
import { expectDelayed, ownAddress, runOutside, type Server, serveOutside } from '../support/network.ts';

/** What the relay of the emulated network does beyond connections that the tree opens: network-syscalls.test.ts has those. */

const PYTHON = '/usr/bin/python3';
const LATENCY_MS = 100;
const latency = `--chaos-network-latency=${LATENCY_MS}ms`;

interface RoundTrips {
  readonly connectMs: number | undefined;
  readonly tripsMs: readonly number[];
  readonly error?: string;
}

let echo: Server;
let echo6: Server;
let bulk: Server;

beforeAll(async () => {
  echo = await serveOutside('echo-server.mjs');
  echo6 = await serveOutside('echo-server.mjs', '::1');
  bulk = await serveOutside('bulk-server.mjs');
});

afterAll(() => Promise.all([echo, echo6, bulk].map((server) => server.stop())));

async function serve(flags: readonly string[], command: readonly string[]): Promise<TreeServer> {
  const server = await serveInTree(flags, command);
  onTestFinished(async () => {
    await server.stop();
  });
  return server;
}

describe.skipIf(!isRoot)('UDP in an emulated network (needs root, to be it or to give it up)', () => {
  const udpCalls = path.join(ROOT, 'test/guests/udp-calls.py');

  it.skipIf(!has('setpriv')).each([
    ['root', '127.0.0.1', () => echo],
    ['nobody', '127.0.0.1', () => echo],
    ['root', '::1', () => echo6],
  ] as const)(
    'is delayed by whatever call, and tells the true ends and errors (%s, %s)',
    async (user, host, server) => {
      const { stdout, stderr } = await run(USERS[user], [latency], [PYTHON, udpCalls, host, String(server().port)]);
      expect(stderr).not.toContain('Traceback');
      const { ways, refusedMs } = JSON.parse(stdout) as { ways: Record<string, number[]>; refusedMs: number };
      for (const tripsMs of Object.values(ways)) expectDelayed(tripsMs, 2 * LATENCY_MS);
      expectDelayed([refusedMs], 2 * LATENCY_MS);
    },
  );

  it('is held back, and lost, in one direction alone, though it comes from outside', async () => {
    const from = '--chaos-network-direction=from';
    const trips = await run(USERS.root, [latency, from], script('round-trips.mjs', 'udp', '127.0.0.1', echo.port, 5));
    expectDelayed((JSON.parse(trips.stdout) as RoundTrips).tripsMs, LATENCY_MS);
    const count = 2000;
    const command = script('datagrams.mjs', '127.0.0.1', echo.port, count);
    const { stdout, report } = await run(USERS.root, ['--chaos-packet-loss=10%', from, '--seed=4'], command);
    const [flow] = report.network!.flows;
    expect(flow).toMatchObject({ to: { packets: count, lost: 0 }, from: { packets: count } });
    expect(flow!.from.lost).toBe(count - (JSON.parse(stdout) as number[]).length);
    expect(Math.abs(flow!.from.lost - count * 0.1)).toBeLessThan(3 * Math.sqrt(count * 0.1 * 0.9));
  });

  it('is delayed for clients outside of a server in the tree, from the first datagram on', async () => {
    const server = await serve([latency], script('echo-server.mjs'));
    const { tripsMs } = await runOutside<RoundTrips>('round-trips.mjs', 'udp', '127.0.0.1', server.port, 5);
    expectDelayed(tripsMs, 2 * LATENCY_MS);
    const said = await server.stop();
    expect(said).toContain(`udp 127.0.0.1:${server.port}: 1 flow`);
  });
});

describe.skipIf(!isRoot)('connections that come in to an emulated network (needs root)', () => {
  it.each(['127.0.0.1', '::1'])('are delayed, their opening included (%s)', async (host) => {
    const server = await serve([latency], script('echo-server.mjs', host));
    const { connectMs, tripsMs } = await runOutside<RoundTrips>('round-trips.mjs', 'tcp', host, server.port, 5);
    // Its connect(2) comes back at once; what that would have taken comes before the first answer.
    expectDelayed([connectMs! + tripsMs[0]!], 4 * LATENCY_MS);
    expectDelayed(tripsMs.slice(1), 2 * LATENCY_MS);
  });

  it('know their true ends, within the tree too, where they are delayed once', async () => {
    const server = await serve([latency], script('peer-name.mjs'));
    const program = [
      'import socket,time',
      `start=time.time(); s=socket.create_connection(("127.0.0.1",${server.port}))`,
      'seen=int(s.makefile().readline()); print(seen==s.getsockname()[1], 1000*(time.time()-start))',
    ].join('\n');
    const outside = await promisify(execFile)(PYTHON, ['-c', program]);
    expect(outside.stdout).toMatch(/^True/);
    const within = [
      'import socket,threading,time',
      'l=socket.socket(); l.bind(("127.0.0.1",0)); l.listen()',
      's=socket.socket(); start=time.time(); s.connect(l.getsockname()); opened=time.time()-start',
      'c,peer=l.accept()',
      'print(peer==s.getsockname()==c.getpeername(), c.getsockname()==l.getsockname()==s.getpeername())',
      'start=time.time(); s.send(b"x"); c.recv(1); c.send(b"y"); s.recv(1); print(1000*opened, 1000*(time.time()-start))',
    ].join('\n');
    const { stdout } = await run(USERS.root, [latency], [PYTHON, '-c', within]);
    const [ends, times] = stdout.split('\n');
    expect(ends).toBe('True True');
    for (const ms of times!.split(' ').map(Number)) expectDelayed([ms], 2 * LATENCY_MS);
  });

  it('are refused once the server is gone, and can be had by the next one at its port', async () => {
    const program = [
      'import socket,time',
      'def serve(port):',
      '  l=socket.socket(); l.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1); l.bind(("127.0.0.1",port)); l.listen(); return l',
      'first=serve(0); port=first.getsockname()[1]; print(port, flush=True)',
      'first.accept()[0].close(); first.close(); second=serve(port); print("again", flush=True); second.accept()[0].close()',
      'second.close(); probe=socket.socket(); probe.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1); probe.bind(("127.0.0.1",port)); probe.close(); time.sleep(1.5)',
      'print("closed", flush=True); time.sleep(20)',
    ].join('\n');
    const server = await serve(['--chaos-network-latency=1ms'], [PYTHON, '-c', program]);
    const visit = () => runOutside<RoundTrips>('round-trips.mjs', 'tcp', '127.0.0.1', server.port, 1);
    for (const line of [undefined, 'again']) {
      await expect.poll(() => server.lines.at(-1)).toBe(line);
      expect((await visit()).error).toMatch(/end|ECONNRESET|EPIPE/);
    }
    await expect.poll(() => server.lines.at(-1)).toBe('closed');
    expect((await visit()).error).toBe('ECONNREFUSED');
  });

  it('are dropped: both ends see a reset', async () => {
    const server = await serve(['--chaos-connection-drop=1', '--seed=3'], script('echo-server.mjs'));
    const { error } = await runOutside<RoundTrips>('round-trips.mjs', 'tcp', '127.0.0.1', server.port, 100_000);
    expect(error).toBe('ECONNRESET');
    await expect.poll(() => server.lines).toContain('ECONNRESET');
  });

  it('are left alone where no rule is about them', async () => {
    const server = await serve(['--chaos-network-latency=1s', '--chaos-network-to=:1'], script('echo-server.mjs'));
    const { tripsMs } = await runOutside<RoundTrips>('round-trips.mjs', 'tcp', '127.0.0.1', server.port, 5);
    expect(Math.min(...tripsMs)).toBeLessThan(2000);
    expect(await server.stop()).not.toContain('network  tcp');
  });

  it('do not wait for one another: node http with 100 of them', async () => {
    const server = await serve([latency], script('http-server.mjs'));
    const tripsMs = await runOutside<number[]>('keep-alive.mjs', '127.0.0.1', server.port, 100, 3);
    expect(tripsMs).toHaveLength(300);
    expectDelayed(tripsMs.slice(100), 2 * LATENCY_MS);
  });
});

describe.skipIf(!isRoot)('an emulated network (needs root)', () => {
  it.each(['fail', 'timeout'])('lets names fail by TCP too: %s', async (kind) => {
    const address = ownAddress();
    const server = await serveOutside('dns-server.mjs', address);
    onTestFinished(server.stop);
    const names = Array.from({ length: 8 }, (_, i) => `name${i}.test`);
    const flags = ['--chaos-dns-failure=50%', `--chaos-dns-failure-kind=${kind}`, '--seed=1'];
    const { stdout, report } = await run(USERS.root, flags, script('resolve-by-one-connection.mjs', address, ...names));
    const results = JSON.parse(stdout) as (number | string)[];
    const failure = kind === 'fail' ? 2 : 'timeout';
    expect(new Set(results)).toEqual(new Set([0, failure]));
    expect(results.filter((result) => result === failure)).toHaveLength(report.faults.length);
  });

  it.skipIf(!has('unshare') || !has('ip'))(
    'keeps away from other network namespaces (needs unshare and ip)',
    async () => {
      const program = [
        'import socket,time',
        'l=socket.socket(); l.bind(("127.0.0.1",0)); l.listen(); start=time.time()',
        's=socket.create_connection(l.getsockname()); s.send(b"x"); print(l.accept()[0].recv(1), time.time()-start<2)',
      ].join('\n');
      const command = ['unshare', '-n', 'sh', '-c', `ip link set lo up; exec ${PYTHON} -c "$0"`, program];
      const { stdout } = await run(USERS.root, ['--chaos-network-latency=1s'], command);
      expect(stdout).toBe("b'x' True\n");
    },
  );

  it('is gone after SIGKILL in full traffic, 20 times, and connections of others go on', async () => {
    const program = [
      'import socket,select,sys',
      `s=socket.create_connection(("127.0.0.1",${echo.port}))`,
      'while not select.select([sys.stdin],[],[],0.005)[0]: s.send(b"x"); assert s.recv(1)==b"x"',
    ].join('\n');
    const other = spawn(PYTHON, ['-c', program], { stdio: ['pipe', 'inherit', 'inherit'] });
    const otherEnds = once(other, 'exit');
    const transfer = (verb: string, port: number) => script('transfer.mjs', verb, '127.0.0.1', port, 2 ** 34, 2);
    await inTurns(20, async () => {
      // A server for those outside, and beside it a client of one outside.
      const both = [
        'sh',
        '-c',
        `${transfer('up', bulk.port).join(' ')} & exec "$@"`,
        'sh',
        ...script('bulk-server.mjs'),
      ];
      const server = await serveInTree(['--chaos-network-latency=5ms'], both);
      const [node, ...words] = transfer('down', server.port);
      const visitor = spawn(node!, words, { stdio: 'ignore' });
      await new Promise((resolve) => setTimeout(resolve, 300));
      const processes = descendants(server.pid);
      expect(processes.length).toBeGreaterThan(2);
      await Promise.all([server.stop('SIGKILL'), once(visitor, 'exit')]);
      await expect.poll(() => processes.filter(isAlive)).toEqual([]);
      expect(isListening(server.port)).toBe(false);
    });
    other.stdin.end();
    expect(await otherEnds).toEqual([0, null]);
  });
});

/** A process and all that came from it. */
function descendants(pid: number): number[] {
  const parents = allProcessIds().map((one) => [one, readProcessStat(one)?.parent] as const);
  const found = [pid];
  for (const one of found) found.push(...parents.filter(([, parent]) => parent === one).map(([child]) => child));
  return found;
}

function isAlive(pid: number): boolean {
  return !['Z', undefined].includes(readProcessStat(pid)?.state);
}

function isListening(port: number): boolean {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  return readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .some((line) => line.includes(wanted) && / 0A /.test(line));
}
