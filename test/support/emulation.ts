import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { RENACER, ROOT } from './guests.ts';
import { AS_NOBODY, type ReportedRun, runAs } from './run-as.ts';

/** Who runs it: nobody gets the emulation by default, root has to ask for it. */
export const USERS = {
  nobody: { through: AS_NOBODY, flags: [] },
  root: { through: [], flags: ['--network-backend=syscalls'] },
} as const;

export type User = (typeof USERS)[keyof typeof USERS];

/** Runs a command in an emulated network to its end. */
export function run(user: User, flags: readonly string[], command: readonly string[]): Promise<ReportedRun> {
  return runAs(user.through, [...user.flags, ...flags], command);
}

/** A server in an emulated network; its clients are outside, as long as nothing else is said. */
export interface TreeServer {
  readonly port: number;
  /** What it printed after its port. */
  readonly lines: string[];
  /** Renacer's. */
  readonly pid: number;
  /** Ends it, and tells what Renacer has to say about the run. */
  stop(signal?: NodeJS.Signals): Promise<string>;
}

/** Starts a server, as root, that prints its port first. */
export async function serveInTree(flags: readonly string[], command: readonly string[]): Promise<TreeServer> {
  const child = spawn(RENACER, [...USERS.root.flags, ...flags, '--', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const output = createInterface({ input: child.stdout });
  const [port] = await once(output, 'line');
  output.on('line', (line) => lines.push(line));
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<string> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await once(child, 'close');
    }
    return said;
  };
  return { port: Number(port), lines, pid: child.pid!, stop };
}

/** The command line of a guest that is a script. */
export function script(name: string, ...args: (string | number)[]): string[] {
  return [process.execPath, path.join(ROOT, 'test/guests', name), ...args.map(String)];
}
