import { setTimeout } from 'node:timers/promises';
import type { Stillness } from '../../../faults/still/index.ts';
import type { NotTried } from '../../../model/campaign.ts';
import type { Compared } from '../../../model/fault-campaign-request.ts';
import type { Observation, Recorded } from '../../../model/sweep.ts';
import type { CleanResults } from '../clean-results.ts';
import type { PerformOptions } from '../performer.ts';
import { type LearnedMasks, learnMasks, maskOf, masksInWords, stableTexts } from './masks.ts';
import { refuseDifferences, refuseFailure } from './refusals.ts';
import { SteadyCalls } from './steady-calls.ts';

/** How often the command is run without faults, to see what it does by itself. */
export const CLEAN_RUNS = 3;
const ANOTHER_SECOND_MS = 1000;
/** Nothing is known yet of how long it takes. */
const FIRST_DEADLINE_MS = 600_000;
/** How much longer than a good run a run may take; on a busy machine short ones vary by more. */
const DEADLINE_FACTOR = 10;
const LEAST_DEADLINE_MS = 5000;

/** Random names and hash seeds are the same in each run: programs that mind are not known. */
const MOVING: Stillness = { clock: false, entropy: true };
const STILL: Stillness = { clock: true, entropy: true };

const CLEAN = { record: true, usualCalls: undefined, usualMs: undefined } as const;
/** That calls are written down takes most of the time of such a run: how long the command takes itself is seen in two others. */
const TIMED_RUNS = 2;

/** What is known of a command that no fault has met. */
export interface CleanRuns {
  readonly results: CleanResults;
  /** What `results.mask` is made of: plain data. */
  readonly masks: LearnedMasks;
  /** The calls that a fault can be aimed at. */
  readonly recorded: Recorded;
  /** The ids of all sites that a good run may have: what is beyond them is an error handler's. */
  readonly sites: ReadonlySet<string>;
  /** How runs are to be performed, to be comparable with these. */
  readonly options: Omit<PerformOptions, 'record' | 'contents'>;
  /** The deadline of runs whose calls are written down. */
  readonly recordedDeadlineMs: number;
  /** What differs, and what was done about it. */
  readonly notes: readonly string[];
  readonly notTried: readonly NotTried[];
  /** How many runs that took. */
  readonly runs: number;
}

export interface CleanRunsOptions {
  /** How messages call the command. */
  readonly command: string;
  readonly compare: readonly Compared[];
  /** A run in another copy of the input, as cases have: git writes inodes and times of files into its index. */
  readonly elsewhere?: ((options: PerformOptions) => Promise<Observation>) | undefined;
  /** Waits so many ms. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/**
 * Runs a command three times without faults, and twice more for the time that it takes. If it differs by itself, it is run with a clock that stands still, too; what differs
 * then is masked. Throws FAILS_BY_ITSELF, or UNSTABLE_COMMAND for what can't be masked.
 */
export async function cleanRuns(
  perform: (options: PerformOptions) => Promise<Observation>,
  { command, compare, elsewhere = perform, pause = setTimeout }: CleanRunsOptions,
): Promise<CleanRuns> {
  const run = async (options: PerformOptions, by = perform): Promise<Observation> => {
    const first = await by(options);
    // On a machine that is busy enough, a tree may look asleep that only waits for its turn.
    return first.end.kind === 'hung' ? await by(options) : first;
  };
  const try3 = async (stillness: Stillness): Promise<Trial> => {
    const runs: Observation[] = [];
    const steady = new SteadyCalls();
    for (let count = 1; count <= CLEAN_RUNS; count++) {
      // What has a grain of a second must be seen to differ.
      if (count === CLEAN_RUNS) await pause(ANOTHER_SECOND_MS);
      const deadlineMs = runs[0] ? deadlineAfter(runs) : FIRST_DEADLINE_MS;
      // Of the bytes of files those of one run are shown.
      const observation = await run({ ...CLEAN, contents: count === 1, stillness, deadlineMs });
      if (stillness === MOVING) refuseFailure(command, observation);
      const { recorded, ...seen } = observation;
      steady.add(recorded!);
      runs.push({ ...seen, recorded: undefined });
    }
    return trialOf(stillness, runs, steady);
  };
  const moving = await try3(MOVING);
  const still = moving.unrest === 0 ? moving : await try3(STILL);
  const best = still.unrest < moving.unrest && still.runs.every(isGood(moving)) ? still : moving;
  const timed: Observation[] = [];
  for (let count = 0; count < TIMED_RUNS; count++) {
    const options = { ...CLEAN, stillness: best.stillness, deadlineMs: deadlineAfter(best.runs) };
    const isLast = count === TIMED_RUNS - 1;
    const observation = await run({ ...options, record: false, contents: false }, isLast ? elsewhere : perform);
    refuseFailure(command, observation);
    timed.push(observation);
  }
  // Threads take other turns where nobody writes down their calls, files have other inodes in another place: what comes of that is to be seen, too.
  const all = [...best.runs, ...timed];
  const masks = learnMasks(all);
  refuseDifferences(command, all, masks, compare);
  return summaryOf({ ...best, masks }, timed, TIMED_RUNS + (moving === still ? CLEAN_RUNS : 2 * CLEAN_RUNS));
}

/** Some runs of one stillness, and what they have in common. */
interface Trial {
  readonly stillness: Stillness;
  readonly runs: readonly Observation[];
  readonly masks: LearnedMasks;
  readonly steady: SteadyCalls;
  /** How much they differ: 0 for not at all. */
  readonly unrest: number;
}

function trialOf(stillness: Stillness, runs: readonly Observation[], steady: SteadyCalls): Trial {
  const masks = learnMasks(runs);
  return { stillness, runs, masks, steady, unrest: masksInWords(masks).length + steady.unsteady };
}

/** Whether a run ended as those did that had a clock. */
function isGood({ runs }: Trial): (run: Observation) => boolean {
  const end = JSON.stringify(runs[0]!.end);
  return (run) => JSON.stringify(run.end) === end && run.verify?.passed !== false && run.verifyAlways?.passed !== false;
}

function summaryOf({ stillness, runs, masks, steady }: Trial, timed: readonly Observation[], tried: number): CleanRuns {
  return {
    results: { observation: runs[0]!, mask: maskOf(masks), stable: stableTexts(masks) },
    masks,
    recorded: steady.recorded,
    sites: steady.sites,
    options: {
      stillness,
      deadlineMs: deadlineAfter(timed),
      usualCalls: steady.usualCalls,
      usualMs: longestOf(timed),
    },
    recordedDeadlineMs: deadlineAfter(runs),
    notes: [...(stillness.clock ? [STILLNESS_NOTE] : []), ...masksInWords(masks)],
    notTried: steady.unsteady === 0 ? [] : [{ ...UNSTEADY, count: steady.unsteady }],
    runs: tried,
  };
}

const STILLNESS_NOTE = 'good runs differ with the time: the clock stands still for the command';

const UNSTEADY: Omit<NotTried, 'count'> = {
  what: 'sites that good runs come to in another order',
  why: 'no fault can be aimed at them: threads, or processes that race',
};

function deadlineAfter(runs: readonly Observation[]): number {
  return Math.max(LEAST_DEADLINE_MS, Math.ceil(DEADLINE_FACTOR * longestOf(runs)));
}

function longestOf(runs: readonly Observation[]): number {
  return Math.max(...runs.map(({ durationMs }) => durationMs));
}
