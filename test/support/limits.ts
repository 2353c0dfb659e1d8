import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll } from 'vitest';
import type { LimitsRequest } from '../../src/chaos/basic/limits.ts';
import { allProcessIds, readProcessStat, readProcFile } from '../../src/linux/process-stat.ts';
import type { CpuUse, MemoryUse } from '../../src/model/run-result.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** A module of the built package. */
export async function built<Module>(file: string): Promise<Module> {
  return (await import(path.join(ROOT, 'dist', file))) as Module;
}

export interface Started {
  readonly pid: number;
  readonly backends: { readonly memory?: string; readonly cpu?: string; readonly tree: string };
  readonly groups: readonly string[];
  readonly guard: number | undefined;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly usage: { readonly memory?: MemoryUse; readonly cpu?: CpuUse };
  /** Processes of the tree that were there when the command had ended. */
  readonly daemons: readonly number[];
  /** And after the tree was killed. */
  readonly left: readonly number[];
  readonly stderr: string;
}

export interface LimitedRun {
  /** The process that plays Renacer. */
  readonly renacer: ChildProcess;
  readonly started: Promise<Started>;
  readonly ended: Promise<Ended>;
}

export interface LimitedRunOptions {
  readonly guard?: boolean;
  /** As nobody, who can't make control groups. */
  readonly unprivileged?: boolean;
}

/** The command line of such a run. */
export function limitedRunCommand(
  request: LimitsRequest,
  command: readonly string[],
  options: LimitedRunOptions = {},
): string[] {
  const root = options.unprivileged ? readableCopy() : ROOT;
  const script = [path.join(root, 'test/support/limited-run.mjs'), path.join(root, 'dist'), JSON.stringify(request)];
  return [process.execPath, ...script, options.guard ? 'yes' : 'no', ...command];
}

/** Runs a command under limits in a process of its own (see limited-run.mjs). */
export function runLimited(
  request: LimitsRequest,
  command: readonly string[],
  options: LimitedRunOptions = {},
): LimitedRun {
  const node = limitedRunCommand(request, command, options);
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];
  const [file, ...args] = options.unprivileged ? [...nobody, ...node] : node;
  const renacer = spawn(file!, args, { stdio: ['ignore', 'pipe', 'inherit'], cwd: '/' });
  const lines = createInterface({ input: renacer.stdout! })[Symbol.asyncIterator]();
  const next = async <Line>(): Promise<Line> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the run ended without a word');
    return JSON.parse(value) as Line;
  };
  const started = next<Started>();
  const ended = started.then(() => next<Ended>());
  ended.catch(() => {});
  return { renacer, started, ended };
}

/** Waits until something holds; a test that waits for ever fails by its timeout. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** The living processes whose command line begins with a text that no other test uses. */
export function processesWith(text: string): number[] {
  const words = (pid: number): string => (readProcFile(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ');
  return allProcessIds().filter((pid) => words(pid).startsWith(text));
}

/** True while it runs: a zombie that its parent has not yet waited for does not. */
export function isRunning(pid: number | undefined): boolean {
  const stat = pid === undefined ? undefined : readProcessStat(pid);
  return stat !== undefined && stat.state !== 'Z';
}

/** The built package where every user can read it. */
let copy: string | undefined;
afterAll(() => {
  if (copy !== undefined) rmSync(copy, { recursive: true });
});

function readableCopy(): string {
  if (copy !== undefined) return copy;
  copy = mkdtempSync(path.join(tmpdir(), 'renacer-dist-'));
  const modules = ['node_modules/koffi', 'node_modules/@koromix'];
  for (const part of ['dist', 'package.json', 'test/support/limited-run.mjs', ...modules]) {
    cpSync(path.join(ROOT, part), path.join(copy, part), { recursive: true });
  }
  execFileSync('chmod', ['-R', 'a+rX', copy]);
  return copy;
}
