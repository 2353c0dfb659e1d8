// node bench/network.mjs (after npm run build, as root): what a bad network is like to the command, by each backend. Prints a
// table, each figure with its target beside it; exits with 1 if one is missed. BACKENDS=packets,namespace,syscalls chooses.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { difference, median } from './measure.mjs';

const renacer = path.resolve('bin/renacer');
const BACKENDS = (process.env.BACKENDS ?? 'packets,namespace,syscalls').split(',');
const LATENCIES = [1, 10, 50, 200];
const HOSTS = { IPv4: '127.0.0.1', IPv6: '::1' };
const LOSS = 0.1;
const DATAGRAMS = 10_000;
const BYTES_PER_SEC = 5e6;
const BYTES = 10e6;

const guest = (name, ...args) => ['node', path.resolve('test/guests', name), ...args.map(String)];

/** Runs a command and parses what it prints. */
async function run([file, ...args]) {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.once('exit', resolve)),
  ]);
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}

const servers = [];
const ports = [];

/** A server that no chaos touches; resolves to its port. */
async function serve(name, ...args) {
  const [file, ...words] = guest(name, ...args);
  const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push(child);
  const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  ports.push(value);
  return value;
}

/** How a command is run by this backend. The servers are the host's, so a namespace must be told of them. */
function chaosBy(backend) {
  return (flags, command) => {
    const own = backend === 'namespace' ? [`--chaos-network-host-ports=${ports}`] : [];
    return run([renacer, '--network-backend', backend, ...own, ...flags, '--', ...command]);
  };
}

/** One line: a figure, and the least and the most that it may be. */
function report(name, value, unit, least, most) {
  const met = value >= least && value <= most;
  if (!met) process.exitCode = 1;
  const digits = Math.abs(value) >= 1000 ? 0 : 2;
  const bounds = [least, most].map((bound) => (Number.isFinite(bound) ? Number(bound.toFixed(2)) : ''));
  const target = bounds[0] === '' || least === 0 ? `<= ${bounds[1]}` : `${bounds[0]} .. ${bounds[1]}`;
  console.log(
    `${name.padEnd(58)}  ${`${value.toFixed(digits)} ${unit}`.padStart(13)}  ${target}${met ? '' : '  missed'}`,
  );
}

const roundTrip = (latency) => [2 * latency, 2.2 * latency + 2];

async function latency(chaos, name) {
  const echo = await serve('echo-server.mjs');
  for (const ms of LATENCIES) {
    const flags = ['--chaos-network-latency', `${ms}ms`];
    const slow = (...args) => chaos(flags, guest('round-trips.mjs', ...args));
    const count = ms < 100 ? 20 : 8;
    const tcp = await slow('tcp', HOSTS.IPv4, echo, count);
    report(`${name}: TCP round trip, ${ms} ms each way`, median(tcp.tripsMs), 'ms', ...roundTrip(ms));
    const connects = await chaos(flags, guest('connects.mjs', HOSTS.IPv4, echo, count / 2));
    report(`${name}: TCP connect, ${ms} ms each way`, median(connects), 'ms', ...roundTrip(ms));
    const udp = await slow('udp', HOSTS.IPv4, echo, count);
    report(`${name}: UDP round trip, ${ms} ms each way`, median(udp.tripsMs), 'ms', ...roundTrip(ms));
  }
  const inside = chaos(['--chaos-network-latency', '50ms'], guest('round-trips.mjs', 'tcp', HOSTS.IPv4, echo, 40));
  await sleep(1500);
  const outside = await run(guest('round-trips.mjs', 'tcp', HOSTS.IPv4, echo, 2000));
  await inside;
  report(`${name}: TCP round trip of a process outside meanwhile`, median(outside.tripsMs), 'ms', 0, 1);
  const http = await serve('http-server.mjs');
  const trips = await chaos(['--chaos-network-latency', '50ms'], guest('keep-alive.mjs', HOSTS.IPv4, http, 100, 5));
  // One after the other, they would take 10 s.
  report(`${name}: http by 100 connections of one event loop, 50 ms`, median(trips), 'ms', 100, 150);
}

async function loss(chaos, name) {
  const flags = ['--chaos-packet-loss', String(LOSS), '--chaos-network-direction', 'to', '--seed', '1'];
  const sigmas = (3 * Math.sqrt(LOSS * (1 - LOSS) * DATAGRAMS)) / DATAGRAMS;
  for (const [version, host] of Object.entries(HOSTS)) {
    const echo = await serve('echo-server.mjs', host);
    const arrived = await chaos(flags, guest('datagrams.mjs', host, echo, DATAGRAMS));
    const lost = 1 - arrived.length / DATAGRAMS;
    const bounds = [LOSS - sigmas, LOSS + sigmas].map((rate) => 100 * rate);
    report(`${name}: loss of 10 % of 10,000 datagrams, ${version}`, 100 * lost, '%', ...bounds);
  }
}

async function bandwidth(chaos, name) {
  const bulk = await serve('bulk-server.mjs');
  for (const verb of ['up', 'down']) {
    for (const connections of [1, 4]) {
      const command = guest('transfer.mjs', verb, HOSTS.IPv4, bulk, BYTES, connections);
      const { seconds, bytes } = await chaos(['--chaos-bandwidth', String(BYTES_PER_SEC)], command);
      const goodput = bytes / seconds / BYTES_PER_SEC;
      report(`${name}: 10 MB ${verb} at 5 MB/s, connections: ${connections}`, goodput, 'of it', 0.9, 1);
    }
  }
}

/** All of the tree's packets pass the queue, and nothing is done to them. */
async function throughput(chaos, name) {
  const bulk = await serve('bulk-server.mjs');
  const command = guest('transfer.mjs', 'up', HOSTS.IPv4, bulk, 2 ** 31, 1);
  const { seconds, bytes } = await chaos(['--chaos-partition', '--chaos-network-to', ':1'], command);
  report(
    `${name}: queue on, no impairment, loopback TCP`,
    bytes / seconds / 2 ** 30,
    'GiB/s',
    0.5,
    Number.POSITIVE_INFINITY,
  );
}

function start(backend) {
  const basic = [renacer, '--chaos', 'gentle'];
  const network = [...basic, '--network-backend', backend, '--chaos-network-latency', '10ms'];
  const ms = difference([...network, '--', 'true'], [...basic, '--', 'true'], { rounds: 21 });
  report(`${backend}: start and end, over the basic tier`, ms, 'ms', Number.NEGATIVE_INFINITY, 30);
}

console.log(`${'network, by backend (medians)'.padEnd(58)}  ${'measured'.padStart(13)}  target`);
try {
  for (const backend of BACKENDS) {
    const chaos = chaosBy(backend);
    start(backend);
    await latency(chaos, backend);
    await loss(chaos, backend);
    await bandwidth(chaos, backend);
    // The others' servers are behind a proxy or a relay.
    if (backend === 'packets') await throughput(chaos, backend);
  }
} finally {
  for (const server of servers) server.kill();
}
