import type { Outcome } from '../model/outcome.ts';
import type { RunResult } from '../model/run-result.ts';
import type { Colors } from './colors.ts';
import { seconds } from './durations.ts';

/** How a run ended, in one line: what, why, and after how long. Each thing is said once. */
export function outcomeLine(result: RunResult, colors: Colors): string {
  const { outcome, error, exitCode, durationMs } = result;
  const why = error?.code === 'COMMAND_FAILED' ? '' : (error?.message ?? oomText(result));
  // The reason of a failed check says how the command ended, and so does that of a replay that went apart.
  const isSaid = exitCode === undefined || outcome === 'corrupted' || outcome === 'diverged' || outcome === 'detached';
  const after = `${isSaid ? '' : `exit status ${exitCode} `}after ${seconds(durationMs)}`;
  const context = error?.code === 'COMMAND_FAILED' ? contextOf(error.message) : '';
  return `${colors.bold(paint(outcome, colors))}${why && `: ${why}`} ${colors.dim(`(${after})`)}${context}`;
}

function paint(outcome: Outcome, colors: Colors): string {
  const paints: Record<Outcome, (text: string) => string> = {
    survived: colors.green,
    failed: colors.red,
    crashed: colors.red,
    hung: colors.magenta,
    corrupted: colors.red,
    stopped: colors.yellow,
    diverged: colors.yellow,
    detached: colors.green,
  };
  return paints[outcome](outcome);
}

/** A program that copes with the death of its children has survived; that they died is to be seen all the same. */
function oomText({ limits }: RunResult): string {
  const kills = limits.memory?.oomKills ?? 0;
  if (kills === 0) return '';
  return kills === 1
    ? 'though the OOM killer ended a process of it'
    : `though the OOM killer ended ${kills} processes of it`;
}

/** What a failure came after, if anything is known of it. */
function contextOf(message: string): string {
  const at = message.indexOf(' after ');
  return at < 0 ? '' : message.slice(at);
}
