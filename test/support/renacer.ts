import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

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
    timeout: 150_000,
    ...options,
    env: { ...process.env, CHAOS_MODE: '', NO_COLOR: '', ...options.env },
    encoding: 'utf8',
  });
  if (error) throw error;
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
