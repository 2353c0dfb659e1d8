import {
  type Adversity,
  FUZZ_CLASSES,
  FUZZ_FINDING_CLASSES,
  type FuzzClass,
  type FuzzFinding,
  sizeOf,
} from '../../model/fuzz.ts';
import { type CaseFault, FAULT_WAYS, type Recorded } from '../../model/sweep.ts';
import type { CaseMaker, CaseWorker, Cause, Confirmed, JsonObject } from '../case-maker.ts';
import { plainness } from '../sweep/error-order.ts';
import { errorOf } from '../sweep/finding/cause.ts';
import { reactionOf } from '../sweep/finding/reaction.ts';
import { causeOfAdversity } from './finding/fuzz-cause.ts';
import { fuzzTitle } from './finding/fuzz-title.ts';
import {
  caseOfAdversity,
  caseOfSeed,
  caseToJson,
  type FuzzCase,
  type FuzzCaseResult,
  resultFromJson,
} from './fuzz-case.ts';

/** Seeds join the plan by so many. */
const SEEDS_AHEAD = 500;

export interface FuzzMakerOptions {
  readonly inputs: JsonObject;
  /** The first one. */
  readonly seed: number;
  /** Of a good run. */
  readonly clean: Recorded;
  /** The directory that the command runs in. */
  readonly input: string;
  readonly openWorker: () => Promise<CaseWorker<FuzzCase, FuzzCaseResult>>;
  /** What is done with a finding: a file is written for `renacer replay`. */
  readonly keep: (finding: FuzzFinding) => Pick<FuzzFinding, 'replay' | 'again'>;
}

/** Makes cases of seeds: each is a mixture of adversity. */
export class FuzzMaker implements CaseMaker<FuzzCase, FuzzCaseResult, FuzzFinding> {
  readonly kind = 'fuzz';
  readonly classes: readonly FuzzClass[] = FUZZ_CLASSES;
  readonly findingClasses: readonly FuzzClass[] = FUZZ_FINDING_CLASSES;
  readonly inputs: JsonObject;
  readonly cases: readonly FuzzCase[];
  readonly openWorker: FuzzMakerOptions['openWorker'];
  readonly #options: FuzzMakerOptions;
  /** What shows the findings among the seeds. */
  readonly #shown = new Map<string, FuzzCaseResult>();

  constructor(options: FuzzMakerOptions) {
    this.inputs = options.inputs;
    this.cases = seedsFrom(options.seed);
    this.openWorker = options.openWorker;
    this.#options = options;
  }

  /** What shows a case that has been tried; undefined if it was no finding. */
  adversityOf({ id, adversity }: FuzzCase): Adversity | undefined {
    return adversity ?? this.#shown.get(id)?.adversity;
  }

  learn(of: FuzzCase, result: FuzzCaseResult): readonly FuzzCase[] {
    if (FUZZ_FINDING_CLASSES.includes(result.class)) this.#shown.set(of.id, result);
    const number = (of.seed ?? this.#options.seed) - this.#options.seed;
    return number % SEEDS_AHEAD === 0 ? seedsFrom(this.#options.seed + number + SEEDS_AHEAD) : [];
  }

  cause(_of: FuzzCase, result: FuzzCaseResult): Cause {
    return causeOfAdversity(result, this.#options.input);
  }

  /** Least adversity, and of that the plainest. */
  compare(a: FuzzCase, b: FuzzCase): number {
    const [one, other] = [this.adversityOf(a), this.adversityOf(b)];
    if (!one || !other) return 0;
    return sizeOf(one) - sizeOf(other) || roughness(one) - roughness(other);
  }

  /** What fails for good fails once. */
  weaker(of: FuzzCase): readonly FuzzCase[] {
    const adversity = this.adversityOf(of);
    return (adversity?.faults ?? []).flatMap((fault, index) => {
      if (fault.way !== 'persistent') return [];
      const faults = adversity!.faults.with(index, { ...fault, way: 'once' });
      return [caseOfAdversity({ ...adversity!, faults })];
    });
  }

  describe(confirmed: Confirmed<FuzzCase, FuzzCaseResult>, closely: FuzzCaseResult | undefined): FuzzFinding {
    const { id, case: of, result, cases } = confirmed;
    const [first] = cases;
    const adversity = this.adversityOf(of)!;
    const isSame = closely?.class === result.class;
    const { sites, files } = isSame ? closely : result;
    const places = sites.map(({ program, stack }, index) => ({ program, stack, file: files[index] ?? undefined }));
    const finding: FuzzFinding = {
      id,
      class: result.class,
      title: fuzzTitle({ ...result, adversity, sites, files }),
      count: cases.length,
      confirmed: confirmed.confirmed,
      seed: first?.seed,
      adversity,
      sites: places,
      before: (first && this.#shown.get(first.id)?.before) ?? sizeOf(adversity),
      verdict: isSame ? closely.verdict : result.verdict,
      reaction: isSame ? this.#reaction(adversity.faults.at(-1), closely) : [],
      replay: undefined,
      again: undefined,
    };
    return { ...finding, ...this.#options.keep(finding) };
  }

  inWords({ class: kind, verdict }: FuzzCaseResult): string {
    return kind === 'tolerated' ? verdict.reason : `${kind}: ${verdict.reason}`;
  }

  toJson(of: FuzzCase, result: FuzzCaseResult): JsonObject {
    const isFinding = FUZZ_FINDING_CLASSES.includes(result.class);
    return caseToJson(of, result, isFinding ? this.cause(of, result).id : undefined);
  }

  fromJson(json: JsonObject): FuzzCaseResult {
    return resultFromJson(json);
  }

  #reaction(last: CaseFault | undefined, { recorded, end }: FuzzCaseResult): string[] {
    const calls = last && recorded ? reactionOf(last, recorded, this.#options.clean, this.#options.input) : [];
    return end === undefined ? calls : [...calls, end];
  }
}

function seedsFrom(seed: number): readonly FuzzCase[] {
  return Array.from({ length: SEEDS_AHEAD }, (_, index) => caseOfSeed(seed + index));
}

/** How far from plain it is: what lasts, rare errors, late calls. */
function roughness({ faults }: Adversity): number {
  return faults.reduce((sum, fault) => {
    const { way, syscall, ordinal } = fault;
    return sum + 1000 * FAULT_WAYS.indexOf(way) + 10 * plainness(syscall, errorOf(fault)) + 1 - 1 / ordinal;
  }, 0);
}
