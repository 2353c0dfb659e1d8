import { RenacerError } from '../../model/errors.ts';
import type { ChoiceMade, OrderObservation, OrderOptions } from '../../model/explore.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { SchedulePoints } from '../../model/schedule.ts';
import { isExpected, judgeOrder } from './judge.ts';

/** How often the plain order is run before any other. */
export const PLAIN_RUNS = 3;
/** Nothing is known yet of how long a run takes. */
const FIRST_DEADLINE_MS = 60_000;
const LEAST_DEADLINE_MS = 10_000;
const DEADLINE_FACTOR = 20;
const MAX_CHOICE_POINTS = 500;

/** What is known of the order without any switch. */
export interface PlainRuns {
  /** How many points each task had. */
  readonly counts: Readonly<Record<string, number>>;
  /** Where choices were made, the first among them: before that there is one task. Not all of many. */
  readonly choicePoints: readonly Pick<ChoiceMade, 'task' | 'point'>[];
  readonly choices: number;
  /** How further runs are made. */
  readonly options: Pick<OrderOptions, 'points' | 'deadlineMs' | 'usualMs'>;
  readonly notExact: readonly string[];
  /** Which points there were not. */
  readonly pointsRefused: readonly string[];
}

/**
 * Runs a command in its plain order: what fails there fails without our doing. Rejects with FAILS_BY_ITSELF.
 *
 * @param perform one run
 */
export async function plainRuns(
  perform: (options: OrderOptions) => Promise<OrderObservation>,
  {
    command,
    points,
    expect,
  }: { readonly command: string; readonly points: SchedulePoints; readonly expect: readonly Outcome[] },
): Promise<PlainRuns> {
  const runs: OrderObservation[] = [];
  for (let run = 0; run < PLAIN_RUNS; run++) {
    runs.push(
      await perform({ points, log: run === 0, closely: false, deadlineMs: FIRST_DEADLINE_MS, usualMs: undefined }),
    );
  }
  const failures = runs.map(judgeOrder).filter((verdict) => !isExpected(verdict.class, expect));
  const [failure] = failures;
  if (failure) {
    const lines = failure.evidence.map((line) => `\n  ${line}`).join('');
    throw new RenacerError(
      'FAILS_BY_ITSELF',
      `${command} fails without our doing: in ${failures.length} of ${PLAIN_RUNS} runs without any switch: ${failure.reason}${lines}`,
      { hint: 'Explore a command that succeeds by itself, or say which outcomes are right: --expect failed.' },
    );
  }
  const usualMs = Math.max(...runs.map(({ durationMs }) => durationMs));
  const [first] = runs as [OrderObservation];
  const isSteady = runs.every(({ counts }) => JSON.stringify(sorted(counts)) === JSON.stringify(sorted(first.counts)));
  return {
    counts: first.counts,
    choicePoints: thinned(first.log).map(({ task, point }) => ({ task, point })),
    choices: first.choices,
    options: { points, usualMs, deadlineMs: Math.max(LEAST_DEADLINE_MS, DEADLINE_FACTOR * usualMs) },
    pointsRefused: first.pointsRefused,
    notExact: [
      ...new Set(runs.flatMap(({ notExact }) => notExact)),
      ...(isSteady ? [] : ['runs without any switch differ in their points']),
    ],
  };
}

/** They go to a worker with each order. */
function thinned<T>(all: readonly T[]): T[] {
  const step = Math.ceil(all.length / MAX_CHOICE_POINTS);
  return all.filter((_, index) => index % step === 0);
}

function sorted(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
}
