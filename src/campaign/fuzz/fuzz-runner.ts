import { type Adversity, FUZZ_FINDING_CLASSES, type FuzzObservation, type FuzzRun, sizeOf } from '../../model/fuzz.ts';
import type { Coordinate, Recorded, Site, SweepVerdict } from '../../model/sweep.ts';
import type { CaseWorker } from '../case-maker.ts';
import { FilesOfCalls } from '../sweep/finding/files-of-calls.ts';
import { endText, isAt } from '../sweep/finding/reaction.ts';
import type { PerformOptions } from '../sweep/performer.ts';
import { SiteIndex } from '../sweep/sites.ts';
import { ordinaryOptions } from '../sweep/sweep-worker.ts';
import type { Judge } from '../sweep/verdict/judge.ts';
import { aimedAnew } from './aimed-anew.ts';
import type { Draws } from './draw.ts';
import { adversityId, type FuzzCase, type FuzzCaseResult, NO_ADVERSITY } from './fuzz-case.ts';
import { judgeFuzzed } from './fuzz-judge.ts';
import type { FuzzPerformer } from './fuzz-performer.ts';
import { leastAdversity } from './less-adversity.ts';
import { symptomOf } from './symptom.ts';

/** What looks bad is replayed so often at most until it comes again. */
const REPLAYS = 2;
const MAX_TRIES = 80;
/** Of single faults and pairs most are seen again and again. */
const MAX_KNOWN = 10_000;

/** What is the same for all cases of a campaign. */
export interface FuzzConditions {
  readonly draws: Draws;
  readonly judge: Judge;
  readonly options: Omit<PerformOptions, 'record' | 'contents'>;
  readonly recordedDeadlineMs: number;
  /** What shows a case that has been tried. */
  readonly adversityOf: (of: FuzzCase) => Adversity | undefined;
  /** Where a good run makes calls at a site. */
  readonly callsAt: (site: Site) => readonly Coordinate[];
  /** The directory that the command runs in. */
  readonly input: string;
}

interface Judged {
  readonly seen: FuzzObservation;
  readonly verdict: SweepVerdict;
}

/** Runs cases by a performer, and judges what was seen. What looks bad is replayed by what it met, and made as small as it gets. */
export class FuzzRunner implements CaseWorker<FuzzCase, FuzzCaseResult> {
  readonly #performer: FuzzPerformer;
  readonly #conditions: FuzzConditions;
  /** How runs ended that were made to make others smaller, by what they met. */
  readonly #known = new Map<string, { readonly symptom: string; readonly made: Adversity }>();

  constructor(performer: FuzzPerformer, conditions: FuzzConditions) {
    this.#performer = performer;
    this.#conditions = conditions;
  }

  async perform(of: FuzzCase, closely: boolean): Promise<FuzzCaseResult> {
    if (closely) return this.#lookClosely(of);
    const { adversity, seed } = of;
    const one = await this.#run(adversity ?? this.#conditions.draws.of(seed!));
    if (!isBad(one.verdict)) return resultOf(one, NO_ADVERSITY);
    if (adversity) return isMet(adversity, one.seen) ? this.#located(one, adversity) : notReached(one);
    const { made } = one.seen;
    const symptom = symptomOf(one.verdict);
    if (!(await this.#comesAgain(made, symptom))) return { ...resultOf(one, made), class: 'flaky' };
    const least = await leastAdversity(made, (part) => this.#shows(part, symptom), MAX_TRIES);
    return this.#located(one, least, symptom);
  }

  async confirm(of: FuzzCase): Promise<FuzzCaseResult> {
    const adversity = this.#conditions.adversityOf(of) ?? NO_ADVERSITY;
    const seen = await this.#performer.confirm(adversity, ordinaryOptions(this.#conditions.options));
    const one = { seen, verdict: this.#judge(seen) };
    return isMet(adversity, seen) ? resultOf(one, adversity) : notReached(one);
  }

  close(): Promise<void> {
    return this.#performer.close();
  }

  async #comesAgain(made: Adversity, symptom: string): Promise<boolean> {
    for (let replay = 1; replay <= REPLAYS; replay++) {
      const { verdict } = await this.#run(made);
      if (symptomOf(verdict) === symptom) return true;
    }
    return false;
  }

  /** What of it was met, if it ends in the same way. */
  async #shows(part: Adversity, symptom: string): Promise<Adversity | undefined> {
    const id = adversityId(part);
    let known = this.#known.get(id);
    if (!known) {
      const { verdict, seen } = await this.#run(part);
      known = { symptom: symptomOf(verdict), made: seen.made };
      if (this.#known.size < MAX_KNOWN) this.#known.set(id, known);
    }
    return known.symptom === symptom ? known.made : undefined;
  }

  /** Finds out where the faults of a finding come to the program, and whether less that comes there does, too. */
  async #located(one: Judged, least: Adversity, symptom?: string): Promise<FuzzCaseResult> {
    const result = resultOf(one, least);
    if (least.faults.length === 0) return result;
    const { seen } = await this.#run(least, true);
    const places = this.#placesOf(least, seen.recorded);
    if (symptom !== undefined && least.faults.length > 1) {
      for (const less of aimedAnew(least, places.sites, this.#conditions.callsAt)) {
        const shown = await this.#shows(less, symptom);
        if (shown && sizeOf(shown) < sizeOf(least)) return this.#located(one, shown, symptom);
      }
    }
    return { ...result, failedChild: failedChildOf(seen, places.sites), ...places };
  }

  async #lookClosely(of: FuzzCase): Promise<FuzzCaseResult> {
    const adversity = this.#conditions.adversityOf(of) ?? NO_ADVERSITY;
    const one = await this.#run(adversity, true);
    const { recorded, end } = one.seen;
    return { ...resultOf(one, adversity), ...this.#placesOf(adversity, recorded), recorded, end: endText(end) };
  }

  #placesOf({ faults }: Adversity, recorded: Recorded = NOTHING): Pick<FuzzCaseResult, 'sites' | 'files'> {
    const index = new SiteIndex(recorded);
    const files = new FilesOfCalls(recorded, this.#conditions.input);
    return {
      sites: faults.map((fault) => {
        const call = recorded.calls.find((one) => isAt(one, fault));
        if (call) return index.of(call);
        return { id: fault.site, program: '', syscall: fault.syscall, stack: [], handlerOf: undefined };
      }),
      files: faults.map((fault) => files.of(fault) ?? null),
    };
  }

  async #run(run: FuzzRun, closely = false): Promise<Judged> {
    const { options, recordedDeadlineMs } = this.#conditions;
    const deadlineMs = closely ? recordedDeadlineMs : options.deadlineMs;
    const seen = await this.#performer.perform(run, { ...options, deadlineMs, record: closely, contents: closely });
    return { seen, verdict: this.#judge(seen) };
  }

  #judge(seen: FuzzObservation): SweepVerdict {
    return judgeFuzzed(this.#conditions.judge, seen);
  }
}

function isBad(verdict: SweepVerdict): boolean {
  return FUZZ_FINDING_CLASSES.includes(verdict.class);
}

/** Whether all of it has come to the program. */
function isMet(adversity: Adversity, { made }: FuzzObservation): boolean {
  return sizeOf(made) >= sizeOf(adversity);
}

function resultOf({ seen, verdict }: Judged, adversity: Adversity): FuzzCaseResult {
  const { durationMs, notExact, made } = seen;
  const { class: kind } = verdict;
  return { class: kind, verdict, durationMs, adversity, before: sizeOf(made), sites: [], files: [], notExact };
}

function notReached(one: Judged): FuzzCaseResult {
  const verdict = { class: 'tolerated', reason: 'a call was not made again', evidence: [], notes: [] } as const;
  return resultOf({ ...one, verdict }, NO_ADVERSITY);
}

/** The program that met the last fault, if whoever met one failed for it, and it was who had started them that went on. */
function failedChildOf({ struck }: FuzzObservation, sites: readonly Site[]): string | undefined {
  const haveFailed = struck.length > 0 && struck.every(({ isRoot, status }) => !isRoot && status !== 0);
  return haveFailed ? sites.at(-1)?.program : undefined;
}

const NOTHING: Recorded = { programs: [], stacks: [], calls: [] };
