import { isatty } from 'node:tty';
import type { FindingStyle } from '../report/sweep-finding-text.ts';

const STDOUT = 1;

/** How findings are shown on stdout. `input`: where sources may lie, beside the current directory. */
export function findingsStyle(input: string): FindingStyle {
  const onTerminal = isatty(STDOUT);
  return {
    color: !process.env.NO_COLOR && (onTerminal || Boolean(process.env.FORCE_COLOR)),
    columns: onTerminal ? process.stdout.columns || 80 : undefined,
    home: process.env.HOME,
    sources: [input, process.cwd()],
  };
}
