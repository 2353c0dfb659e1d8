import { execFile } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Report } from '../../src/report/json-report.ts';
import { RENACER, scratch } from './guests.ts';
import { PATIENCE_MS } from './patience.ts';

/** What gives up all privileges, before a command. */
export const AS_NOBODY: readonly string[] = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

export interface ReportedRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly report: Report;
}

/** A directory that everybody may use. */
export function openScratch(): string {
  const directory = scratch();
  // scratch() is in a directory of root's.
  for (const open of [directory, path.dirname(directory)]) chmodSync(open, 0o777);
  return directory;
}

/** Runs a command by the command line of Renacer, started through another (such as AS_NOBODY), and gives its report too. */
export async function runAs(
  through: readonly string[],
  flags: readonly string[],
  command: readonly string[],
): Promise<ReportedRun> {
  const file = path.join(openScratch(), 'report.json');
  const words = [...through, RENACER, ...flags, '--report', file, '--', ...command];
  const { code, stdout, stderr } = await promisify(execFile)(words[0]!, words.slice(1), {
    timeout: PATIENCE_MS,
    env: { PATH: process.env.PATH },
  }).then(
    (output) => ({ ...output, code: 0 }),
    (error) => error as { code: number; stdout: string; stderr: string },
  );
  return { code, stdout, stderr, report: JSON.parse(readFileSync(file, 'utf8')) as Report };
}
