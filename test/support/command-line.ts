import type { SpawnSyncOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Report } from '../../src/report/json-report.ts';
import { scratch } from './guests.ts';
import { type Finished, renacer } from './renacer.ts';

/** Runs bin/renacer to its end, with its report. */
export function reported(
  args: readonly string[],
  options: SpawnSyncOptions = {},
): Finished & { readonly report: Report } {
  const file = path.join(scratch(), 'report.json');
  const [first, ...rest] = args;
  const words =
    first === 'replay' ? [first, rest[0]!, '--report', file, ...rest.slice(1)] : ['--report', file, ...args];
  const finished = renacer(words, options);
  return { ...finished, report: JSON.parse(readFileSync(file, 'utf8')) as Report };
}
