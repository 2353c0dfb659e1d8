import { RenacerError } from '../../../model/errors.ts';
import type { Compared } from '../../../model/fault-campaign-request.ts';
import type { CheckResult, Observation } from '../../../model/sweep.ts';
import { type LearnedMasks, textIn } from './masks.ts';

/** How much of an output a refusal shows. */
const SHOWN_LINES = 6;
const SHOWN_PATHS = 5;

/** Throws FAILS_BY_ITSELF if a run without faults is no good run. */
export function refuseFailure(command: string, run: Observation): void {
  const failure = failureOf(run);
  if (failure === undefined) return;
  const output = tailOf(failure.output ?? (textIn(run, 'stderr') || textIn(run, 'stdout')));
  throw new RenacerError('FAILS_BY_ITSELF', `${command} fails without any fault: ${failure.how}${output}`, {
    hint: 'A sweep compares with a good run: let the command succeed first. --input says which directory it starts with, --stdin what it reads.',
  });
}

/** Throws UNSTABLE_COMMAND if good runs differ so that what a fault does could not be told from that. */
export function refuseDifferences(
  command: string,
  runs: readonly Observation[],
  masks: LearnedMasks,
  compare: readonly Compared[],
): void {
  const difference =
    endDifference(runs) ?? textDifference(runs, masks, compare) ?? treeDifference(runs, masks, compare);
  if (difference === undefined) return;
  throw new RenacerError(
    'UNSTABLE_COMMAND',
    `${command} gives other results each time, without any fault: ${difference}`,
    {
      hint: 'Leave out what differs: --ignore GLOB for files, --compare for what is compared (stdout,files), --verify for a check of your own.',
    },
  );
}

interface Failure {
  readonly how: string;
  readonly output?: string;
}

function failureOf({ end, verify, verifyAlways, served }: Observation): Failure | undefined {
  const isService = served !== undefined;
  if (end.kind === 'hung') return { how: 'it sleeps for good' };
  if (end.kind === 'deadline') return { how: `it was still running after ${Math.round(end.afterMs / 1000)} s` };
  if (isService && !served.ready) return { how: 'it was never ready (--ready)' };
  if (isService && served.client?.passed !== true)
    return { how: 'its client was not served (--drive)', ...said(served.client) };
  if (isService && served.endedEarly) return { how: 'it ended by itself' };
  if (!isService && end.kind === 'signalled') return { how: `it died of ${end.signal}` };
  if (!isService && end.kind === 'exited' && end.status !== 0) return { how: `exit status ${end.status}` };
  if (verify?.passed === false) return { how: 'the check --verify fails', ...said(verify) };
  if (verifyAlways?.passed === false) return { how: 'the check --verify-always fails', ...said(verifyAlways) };
  return undefined;
}

function said(check: CheckResult | undefined): { output?: string } {
  return check === undefined ? {} : { output: check.output };
}

function endDifference(runs: readonly Observation[]): string | undefined {
  const ends = [...new Set(runs.map(({ end }) => (end.kind === 'exited' ? `exit status ${end.status}` : end.kind)))];
  return ends.length > 1 ? ends.join(', then ') : undefined;
}

function textDifference(
  runs: readonly Observation[],
  { texts }: LearnedMasks,
  compare: readonly Compared[],
): string | undefined {
  // What a service writes is its log.
  if (runs[0]!.served) return undefined;
  const of = (['stdout', 'stderr'] as const).find((text) => compare.includes(text) && texts[text] === undefined);
  if (of === undefined) return undefined;
  const rows = runs.map((run) => textIn(run, of).split('\n'));
  const at = rows[0]!.findIndex((line, index) => rows.some((row) => row[index] !== line));
  const versions = [...new Set(rows.map((row) => row[Math.max(at, 0)] ?? 'nothing'))];
  return `line ${at + 1} of ${of} is ${versions.map((line) => JSON.stringify(line)).join(', then ')}`;
}

function treeDifference(
  runs: readonly Observation[],
  { changes }: LearnedMasks,
  compare: readonly Compared[],
): string | undefined {
  if (changes !== undefined || !compare.includes('files')) return undefined;
  const sets = runs.map((run) => new Set([...run.changes, ...run.changesOutside].map(({ path }) => path)));
  const all = [...new Set(sets.flatMap((set) => [...set]))].sort();
  const some = all.filter((path) => sets.some((set) => !set.has(path)));
  if (some.length === 0) return 'the files that it leaves differ in kind';
  const more = some.length > SHOWN_PATHS ? `, and ${some.length - SHOWN_PATHS} more` : '';
  return `these files are changed in some runs only: ${some.slice(0, SHOWN_PATHS).join(', ')}${more}`;
}

function tailOf(output: string): string {
  const lines = output.trimEnd().split('\n').slice(-SHOWN_LINES);
  return lines.join('') === '' ? '' : `\n${lines.map((line) => `    ${line}`).join('\n')}`;
}
