import { spawnSync } from 'node:child_process';
import { allProcessIds, readProcFile } from '../../src/linux/process-stat.ts';

/** The interpreter itself, and not a script that chooses one; undefined where there is none. */
export const PYTHON: string | undefined =
  spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout?.trim() || undefined;

/** The living processes that have this text in their command line. */
export function processesNaming(text: string): number[] {
  return allProcessIds().filter((pid) => readProcFile(`/proc/${pid}/cmdline`)?.includes(text));
}
