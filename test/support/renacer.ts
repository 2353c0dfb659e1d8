import { type SpawnOptions, type SpawnSyncOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { PATIENCE_MS } from './patience.ts';

export const ROOT: string = path.resolve(import.meta.dirname, '../..');
export const RENACER: string = path.join(ROOT, 'bin/renacer');

export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs bin/renacer (or, by `through`, a program that runs it) to its end. */
export function renacer(
  args: readonly string[],
  { through = [], ...options }: SpawnSyncOptions & { through?: readonly string[] } = {},
): Finished {
  const [file, ...rest] = [...through, RENACER, ...args];
  const { error, status, signal, stdout, stderr } = spawnSync(file!, rest, {
    timeout: PATIENCE_MS,
    ...options,
    env: { ...process.env, CHAOS_MODE: '', NO_COLOR: '', ...options.env },
    encoding: 'utf8',
  });
  if (error) throw error;
  return { status, signal, stdout, stderr };
}

/** Runs bin/renacer beside others: for tests that wait, several at once. */
export async function renacerBeside(args: readonly string[], options: SpawnOptions = {}): Promise<Finished> {
  const env = { ...process.env, CHAOS_MODE: '', NO_COLOR: '', ...options.env };
  const child = spawn(RENACER, args, { timeout: PATIENCE_MS, ...options, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [status, signal]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { status, signal, stdout, stderr };
}

/** An empty directory that anybody may enter; gone after the test. */
export function emptyDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'renacer-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** What the closing block says under a label. */
export function closingLine({ stderr }: Finished, label: string): string | undefined {
  return new RegExp(`^ *${label} +(.*)$`, 'm').exec(stderr)?.[1];
}
