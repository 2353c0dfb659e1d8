import type { QuietMessage } from '../report/strace-text-options.ts';
import type { CommandLine } from './command-line.ts';

/** What is not told. As strace: where the trace of a command goes to a file, which tasks are traced, and how they call, is not told at all. */
export function quietMessages({ trace, command }: CommandLine): ReadonlySet<QuietMessage> {
  const { quiet, outputFile } = trace;
  return command !== undefined && outputFile !== undefined ? new Set([...quiet, 'attach', 'personality']) : quiet;
}
