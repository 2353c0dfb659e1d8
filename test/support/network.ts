import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type * as Groups from '../../src/chaos/basic/run-groups.ts';
import type * as Identity from '../../src/chaos/basic/run-identity.ts';
import type * as Plan from '../../src/chaos/network/plan.ts';
import type * as Probe from '../../src/chaos/network/queue/probe.ts';
import type * as Engine from '../../src/chaos/network/queue/queued-network.ts';
import type { NetworkSettings } from '../../src/chaos/settings.ts';
import type { NetworkFault, NetworkUse } from '../../src/model/network-use.ts';
import { built } from './limits.ts';

const { RunGroups } = await built<typeof Groups>('chaos/basic/run-groups.js');
const { groupName, newRunIdentity } = await built<typeof Identity>('chaos/basic/run-identity.js');
const { prepareNetwork } = await built<typeof Engine>('chaos/network/queue/queued-network.js');
const { networkPlan } = await built<typeof Plan>('chaos/network/plan.js');
const { probeNetworkBackend } = await built<typeof Probe>('chaos/network/queue/probe.js');

/** The product's own probe: what is missing here, or undefined. */
export async function missingForPackets(): Promise<string | undefined> {
  const { available, reason } = await probeNetworkBackend();
  return available ? undefined : reason;
}

const GUESTS = path.resolve(import.meta.dirname, '../guests');
/**
 * Puts the process into a group (none for an empty name) before it becomes the command; ahead of others on a busy machine,
 * where that is permitted: it is the network that is measured.
 */
const JOIN = 'if [ -n "$0" ]; then echo $$ >"$0"; fi; exec nice -n -10 "$@"';

function commandLine(group: string, guest: string, args: readonly (string | number)[]): string[] {
  return ['-c', JOIN, group, process.execPath, path.join(GUESTS, guest), ...args.map(String)];
}

/** A guest that serves until it is stopped. */
export interface Server {
  readonly port: number;
  /** What it printed after its port. */
  readonly lines: string[];
  stop(): Promise<void>;
}

async function startServer(group: string, guest: string, args: readonly string[]): Promise<Server> {
  const child: ChildProcess = spawn('/bin/sh', commandLine(group, guest, args), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout! });
  const [port] = await once(output, 'line');
  output.on('line', (line) => lines.push(line));
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { port: Number(port), lines, stop };
}

async function runGuest<Output>(group: string, guest: string, args: readonly (string | number)[]): Promise<Output> {
  const { stdout } = await promisify(execFile)('/bin/sh', commandLine(group, guest, args));
  return JSON.parse(stdout) as Output;
}

/** Runs a guest that no chaos touches, and gives what it printed. */
export function runOutside<Output>(guest: string, ...args: (string | number)[]): Promise<Output> {
  return runGuest('', guest, args);
}

let addresses = 0;

/** An address of loopback that nobody else uses: other tests may run at the same time. */
export function ownAddress(): string {
  addresses += 1;
  return `127.${addresses}.${process.pid & 255}.${((process.pid >> 8) % 254) + 1}`;
}

export function serveOutside(guest: string, ...args: string[]): Promise<Server> {
  return startServer('', guest, args);
}

/** A process tree whose network is impaired. */
export interface Tree {
  run<Output>(guest: string, ...args: (string | number)[]): Promise<Output>;
  serve(guest: string, ...args: string[]): Promise<Server>;
  use(): NetworkUse;
  faults(): readonly NetworkFault[];
}

/** Impairs a tree as the settings say, and lets `body` do something in it. Whatever happens, nothing is left behind. */
export async function impaired<Result>(
  settings: NetworkSettings,
  body: (tree: Tree) => Promise<Result>,
  seed = 1,
): Promise<Result> {
  const groups = new RunGroups(groupName(newRunIdentity()));
  const group = groups.v2();
  const servers: Server[] = [];
  try {
    const network = await prepareNetwork(networkPlan(settings), { seed, cgroup: group.directory });
    try {
      return await body({
        run: (guest, ...args) => runGuest(group.procsFile, guest, args),
        async serve(guest, ...args) {
          const server = await startServer(group.procsFile, guest, args);
          servers.push(server);
          return server;
        },
        use: () => network.usage(),
        faults: () => network.faults(),
      });
    } finally {
      for (const server of servers) await server.stop();
      await network.dispose();
    }
  } finally {
    await groups.dispose();
  }
}

/**
 * That each of them took what was asked for, in ms, and none less. On a busy machine any may take longer, but the quickest of several
 * does not come as late as if it had been delayed twice; that is told apart where twice is far enough away.
 */
export function expectDelayed(tripsMs: readonly number[], wantedMs: number): void {
  expect(Math.min(...tripsMs)).toBeGreaterThanOrEqual(wantedMs - 1);
  if (tripsMs.length > 1 && wantedMs >= 200) expect(Math.min(...tripsMs)).toBeLessThan(2 * wantedMs - 1);
}
