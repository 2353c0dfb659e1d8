import { type SpawnSyncOptionsWithStringEncoding, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Report } from '../../src/report/json-report.ts';

export const RENACER: string = path.resolve(import.meta.dirname, '../../bin/renacer');

export interface Ran {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line. */
export function renacer(args: readonly string[], options: Partial<SpawnSyncOptionsWithStringEncoding> = {}): Ran {
  return spawnSync(RENACER, args, { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL', ...options });
}

/** The same, with the report. */
export function reported(
  args: readonly string[],
  options: Partial<SpawnSyncOptionsWithStringEncoding> = {},
): Ran & { readonly report: Report } {
  const file = path.join(scratch(), 'report.json');
  const ran = renacer(['--report', file, ...args], options);
  return { ...ran, report: JSON.parse(readFileSync(file, 'utf8')) as Report };
}

/** A fresh directory that is gone when the tests are. */
export function scratch(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'renacer-test-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  process.setMaxListeners(0);
  return directory;
}
