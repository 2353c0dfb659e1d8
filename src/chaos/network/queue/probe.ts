import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { GroupUnavailable } from '../../basic/group-unavailable.ts';
import { RunGroups } from '../../basic/run-groups.ts';
import { groupName, newRunIdentity } from '../../basic/run-identity.ts';
import type { NetworkBackendProbe } from '../backend-probe.ts';
import { describeFailure } from './failure.ts';
import { prepareNetwork } from './queued-network.ts';

const LATENCY_MS = 20;
const PATIENCE_MS = 10_000;
const JOIN = 'echo $$ >"$0" && exec "$@"';
/** Sends itself a datagram over loopback, and prints how long that took. */
const SELF_SEND = `
const socket = require('node:dgram').createSocket('udp4');
let start;
socket.on('message', () => (console.log(performance.now() - start), socket.close()));
socket.bind(0, '127.0.0.1', () => {
  start = performance.now();
  socket.send('x', socket.address().port, '127.0.0.1');
});`;

/**
 * Tries the packets backend for real: a group of its own, rules and queues, and a datagram over loopback that must come
 * late. It takes a quarter of a second, touches no other process's packets, and leaves nothing.
 */
export async function probeNetworkBackend(): Promise<NetworkBackendProbe> {
  const groups = new RunGroups(groupName(newRunIdentity()));
  try {
    const group = groups.v2();
    const network = await prepareNetwork(
      { rules: [{ networkLatencyMs: LATENCY_MS }] },
      { seed: 0, cgroup: group.directory },
    );
    try {
      return judge(Number(await sendInGroup(group.procsFile)));
    } finally {
      await network.dispose();
    }
  } catch (error) {
    if (error instanceof GroupUnavailable) {
      const fix = 'Run as root; in a container, give it a cgroup file system that can be written.';
      return { available: false, reason: error.message, fix };
    }
    const { message, hint } = describeFailure(error);
    return { available: false, reason: message, fix: hint };
  } finally {
    await groups.dispose();
  }
}

async function sendInGroup(procsFile: string): Promise<string> {
  const command = ['-c', JOIN, procsFile, process.execPath, '-e', SELF_SEND];
  const { stdout } = await promisify(execFile)('/bin/sh', command, { timeout: PATIENCE_MS });
  return stdout;
}

function judge(tookMs: number): NetworkBackendProbe {
  // A timer may not be early; a busy machine may make it late.
  if (tookMs >= LATENCY_MS - 1) {
    const took = `${tookMs.toFixed(1)} ms`;
    return { available: true, reason: `a datagram over loopback took ${took}, as asked`, fix: undefined };
  }
  return {
    available: false,
    reason: 'nftables accepted the rules, but packets of a cgroup bypass them',
    fix: 'Before Linux 6.11, a container must share the cgroup namespace of its host (docker run --cgroupns=host).',
  };
}
