import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Report } from '../../src/report/json-report.ts';
import { RENACER, ROOT, scratch } from './guests.ts';

/** Who runs it: nobody gets the imitation by default, root has to ask for it. */
export const USERS = {
  nobody: { through: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'], flags: [] },
  root: { through: [], flags: ['--network-backend=syscalls'] },
} as const;

export type User = (typeof USERS)[keyof typeof USERS];

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly report: Report;
}

/** Runs a command in an imitated network to its end. */
export async function run(user: User, flags: readonly string[], command: readonly string[]): Promise<Run> {
  const directory = scratch();
  // scratch() is in a directory of root's.
  for (const open of [directory, path.dirname(directory)]) chmodSync(open, 0o777);
  const file = path.join(directory, 'report.json');
  const words = [...user.through, RENACER, ...user.flags, ...flags, '--report', file, '--', ...command];
  const { code, stdout, stderr } = await promisify(execFile)(words[0]!, words.slice(1), {
    timeout: 50_000,
    env: { PATH: process.env.PATH },
  }).then(
    (output) => ({ ...output, code: 0 }),
    (error) => error as { code: number; stdout: string; stderr: string },
  );
  return { code, stdout, stderr, report: JSON.parse(readFileSync(file, 'utf8')) as Report };
}

/** A server in an imitated network; its clients are outside, as long as nothing else is said. */
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
