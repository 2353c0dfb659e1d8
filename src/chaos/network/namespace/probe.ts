import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Launcher } from '../../../linux/launcher.ts';
import type { NetworkNamespace } from '../../../linux/namespaces.ts';
import { Waiter } from '../../../linux/wait.ts';
import { exitStatusOf, hasExited } from '../../../linux/wait-status.ts';
import type { NetworkBackendProbe } from '../backend-probe.ts';
import { describeFailure } from '../queue/failure.ts';
import { prepareOwnNetwork } from './own-network.ts';

const LATENCY_MS = 20;

/** How the program below ends. */
const STATUS = { fine: 0, tooSoon: 10, notCarried: 11, stuck: 12 } as const;
/** Sends itself a datagram over loopback, which must come late, and then connects to a port of the host. */
const TRIAL = `
const [port, leastMs] = process.argv.slice(1).map(Number);
const socket = require('node:dgram').createSocket('udp4');
let start;
setTimeout(() => process.exit(${STATUS.stuck}), 5000);
socket.on('message', () => {
  if (performance.now() - start < leastMs) process.exit(${STATUS.tooSoon});
  require('node:net')
    .connect(port, '127.0.0.1', () => process.exit(${STATUS.fine}))
    .on('error', () => process.exit(${STATUS.notCarried}));
});
socket.bind(0, '127.0.0.1', () => {
  start = performance.now();
  socket.send('x', socket.address().port, '127.0.0.1');
});`;

/** Tries the backend `namespace` for real, as its own program would notice it. It takes a quarter of a second, and leaves nothing. */
export async function probeOwnNetwork(): Promise<NetworkBackendProbe> {
  const server = createServer((socket) => socket.on('error', () => {}).destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const plan = { rules: [{ networkLatencyMs: LATENCY_MS }] };
    const { namespaces, ready, release } = await prepareOwnNetwork(plan, { seed: 0, hostPorts: [port] });
    try {
      const network = await ready;
      const status = runTrial(namespaces, port);
      await network.dispose();
      return judge(status);
    } finally {
      release();
    }
  } catch (error) {
    const { message, hint } = describeFailure(error);
    return { available: false, reason: message, fix: hint };
  } finally {
    server.close();
  }
}

/** Blocks until it has ended. The kernel takes connections to the port meanwhile. */
function runTrial(namespaces: NetworkNamespace, port: number): number {
  const trial = Launcher.launchOnce({
    file: process.execPath,
    // A timer may not be early, but the clock of the program is another.
    argv: [process.execPath, '-e', TRIAL, String(port), String(LATENCY_MS - 1)],
    env: [],
    cwd: undefined,
    stdio: [0, 1, 2],
    inheritedFds: [],
    rlimits: [],
    filter: undefined,
    noNewPrivileges: false,
    namespaces,
  });
  trial.open();
  trial.awaitExec();
  const waiter = new Waiter();
  waiter.task(trial.pid);
  return hasExited(waiter.status) ? exitStatusOf(waiter.status) : STATUS.stuck;
}

function judge(status: number): NetworkBackendProbe {
  if (status === STATUS.fine) {
    const reason = 'a datagram in a network namespace was delayed as asked, and a port of the host was reachable';
    return { available: true, reason, fix: undefined };
  }
  const reason =
    status === STATUS.tooSoon
      ? 'nftables accepted the rules, but packets bypass them'
      : status === STATUS.notCarried
        ? 'a port of the host could not be reached from the namespace'
        : 'a program in the namespace could not connect';
  return { available: false, reason, fix: undefined };
}
