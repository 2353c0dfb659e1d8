import { spawnSync } from 'node:child_process';
import type * as Full from '../../src/chaos-full.ts';
import type * as Library from '../../src/index.ts';
import { allProcessIds, readProcFile } from '../../src/linux/process-stat.ts';
import type { RunResult } from '../../src/model/run-result.ts';
import { built } from './limits.ts';

/** The interpreter itself, and not a script that chooses one; empty where there is none. */
export const PYTHON: string =
  spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout?.trim() ?? '';

/** The living processes that have this text in their command line. */
export function processesNaming(text: string): number[] {
  return allProcessIds().filter((pid) => readProcFile(`/proc/${pid}/cmdline`)?.includes(text));
}

/** Runs a command by the built library, with a configuration in the form of the file. */
export async function runWith(
  config: Readonly<Record<string, unknown>>,
  command: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {},
): Promise<RunResult> {
  const { run } = await built<typeof Library>('index.js');
  const { ChaosConfig } = await built<typeof Full>('chaos-full.js');
  const [file, ...args] = command;
  return run(file!, args, { chaos: ChaosConfig.fromJSON({ seed: 1, timeout: '30s', ...config }), ...options });
}

/** Runs a script of Python, which prints one JSON value, and gives that value. */
export async function python(
  bugs: readonly string[],
  script: string,
  args: readonly string[] = [],
): Promise<{ readonly value: unknown; readonly result: RunResult }> {
  const result = await runWith(bugs.length > 0 ? { bugs } : {}, [PYTHON, '-c', script, ...args]);
  if (result.outcome !== 'survived') throw new Error(`${result.error?.message}\n${result.stderr}`);
  return { value: JSON.parse(result.stdout ?? '') as unknown, result };
}

/** The faults of a run by task: what does not depend on how tasks were scheduled. */
export function faultsByTask({ faults }: RunResult): Record<string, string[]> {
  const byTask: Record<string, string[]> = {};
  for (const fault of faults) {
    if (fault.kind !== 'call') continue;
    const { lineage, syscall, ordinal } = fault.at;
    byTask[lineage] = [...(byTask[lineage] ?? []), `${syscall} #${ordinal} ${fault.rule} ${fault.fault}`];
  }
  return byTask;
}
