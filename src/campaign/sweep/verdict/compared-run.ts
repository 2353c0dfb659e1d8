import type { Observation } from '../../../model/sweep.ts';
import type { CleanResults, ComparedText } from '../clean-results.ts';
import { isLog } from './side-files.ts';
import { printable } from './text-diff.ts';
import type { PathState } from './tree-state.ts';

/** A run beside a good one. */
export interface ComparedRun {
  readonly clean: CleanResults;
  readonly good: Observation;
  readonly now: Observation;
  readonly states: readonly PathState[];
}

/** What it wrote, a character a byte. */
export function textOf(observation: Observation, of: ComparedText): string {
  if (of === 'client') return observation.served?.client?.output ?? '';
  return Buffer.from(observation[of].bytes).toString('latin1');
}

/** The last words of a run on stderr, if it had any that a good run has not. */
export function lastWords({ clean, good, now }: ComparedRun): readonly string[] {
  const [usual, said] = [good, now].map((one) => clean.mask.text('stderr', textOf(one, 'stderr')).split('\n'));
  const known = new Set(usual);
  return said!
    .filter((line) => line.trim() !== '' && !known.has(line))
    .slice(-2)
    .map((line) => `stderr: ${printable(line)}`);
}

/** A word on stderr or in a log; or on stdout, if that is not just less than usual. */
export function hasSpoken(run: ComparedRun): boolean {
  const { clean, good, now, states } = run;
  if (lastWords(run).length > 0) return true;
  const [usual, said] = [good, now].map((one) => clean.mask.text('stdout', textOf(one, 'stdout')));
  if (!usual!.startsWith(said!.trimEnd())) return true;
  return states.some(({ path, before, now: entry }) => isLog(path) && (entry?.size ?? 0) > (before?.size ?? 0));
}

/** SIGPIPE is how a program learns that its reader is gone; a shell passes it on as 128 + 13. */
export function isBrokenPipe({ now: { end } }: ComparedRun): boolean {
  return (end.kind === 'signalled' && end.signal === 'SIGPIPE') || (end.kind === 'exited' && end.status === 128 + 13);
}

/** A command ends with 0. A service is ready, serves, and ends as in a good run. */
export function hasSucceeded({ good, now }: ComparedRun): boolean {
  if (!now.served) return now.end.kind === 'exited' && now.end.status === 0;
  const { ready, client, endedEarly } = now.served;
  return ready && client?.passed === true && !endedEarly && endText(now) === endText(good);
}

export function endText({ end }: Observation): string {
  switch (end.kind) {
    case 'exited':
      return `exit status ${end.status}`;
    case 'signalled':
      return `killed by ${end.signal}`;
    default:
      return end.kind;
  }
}
