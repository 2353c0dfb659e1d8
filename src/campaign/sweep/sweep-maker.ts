import {
  CASE_CLASSES,
  type CaseClass,
  type CaseFault,
  FAULT_WAYS,
  FINDING_CLASSES,
  type Recorded,
  type Site,
  type SweepCase,
  type SweepFinding,
} from '../../model/sweep.ts';
import type { CaseMaker, CaseWorker, Cause, Confirmed, JsonObject } from '../case-maker.ts';
import { caseToJson, resultFromJson, type SweepCaseResult } from './case-result.ts';
import { caseOf } from './cases-of-site.ts';
import { plainness } from './error-order.ts';
import { alsoOf } from './finding/also.ts';
import { causeOf, errorOf } from './finding/cause.ts';
import { FilesOfCalls } from './finding/files-of-calls.ts';
import { reactionOf } from './finding/reaction.ts';
import { titleOf } from './finding/title.ts';
import { handlerKey } from './handlers.ts';
import type { SweepPlan } from './plan.ts';

export interface SweepMakerOptions {
  readonly inputs: JsonObject;
  readonly plan: SweepPlan;
  /** Of a clean run. */
  readonly clean: Recorded;
  /** The directory that the command runs in. */
  readonly input: string;
  readonly openWorker: () => Promise<CaseWorker<SweepCase, SweepCaseResult>>;
  /** What is done with a finding: a file is written for `renacer replay`. */
  readonly keep: (finding: SweepFinding) => Pick<SweepFinding, 'replay' | 'again'>;
}

/** Makes cases of call sites and errors. */
export class SweepMaker implements CaseMaker<SweepCase, SweepCaseResult, SweepFinding> {
  readonly kind = 'sweep';
  readonly classes: readonly CaseClass[] = CASE_CLASSES;
  readonly findingClasses: readonly CaseClass[] = FINDING_CLASSES;
  readonly inputs: JsonObject;
  readonly cases: readonly SweepCase[];
  readonly openWorker: SweepMakerOptions['openWorker'];
  readonly #keep: SweepMakerOptions['keep'];
  readonly #clean: Recorded;
  readonly #input: string;
  readonly #files: FilesOfCalls;
  readonly #sites = new Map<string, Site>();
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #handlersTried = new Set<string>();
  readonly #casesOfSites = new Map<string, SweepCase[]>();

  constructor({ inputs, plan, clean, input, openWorker, keep }: SweepMakerOptions) {
    this.inputs = inputs;
    this.cases = plan.cases;
    this.openWorker = openWorker;
    this.#clean = clean;
    this.#input = input;
    this.#files = new FilesOfCalls(clean, input);
    this.#keep = keep;
    for (const site of plan.sites) this.#sites.set(site.id, site);
    this.#numbers = new Map(plan.sites.map(({ id }, number) => [id, number]));
    for (const one of plan.cases) this.#index(one);
  }

  /** Sites that only error handlers reach, as far as they are known by now. */
  get handlers(): number {
    return [...this.#sites.values()].filter(({ handlerOf }) => handlerOf !== undefined).length;
  }

  /** A handler that several faults lead to is swept once: behind the first of them. */
  learn(_of: SweepCase, { handlers }: SweepCaseResult): readonly SweepCase[] {
    for (const site of handlers.sites) if (!this.#sites.has(site.id)) this.#sites.set(site.id, site);
    return handlers.cases.filter((one) => {
      const key = handlerKey(one) ?? one.id;
      if (this.#handlersTried.has(key)) return false;
      this.#handlersTried.add(key);
      this.#index(one);
      return true;
    });
  }

  cause(of: SweepCase, result: SweepCaseResult): Cause {
    const last = lastOf(of);
    return causeOf(last, this.#siteOf(of), result, this.#files.ofInput(last));
  }

  /** Fewest faults, the plainest way, the earliest occurrence, the plainest error. What lasts is simpler the later it begins: fewer calls meet it. */
  compare(a: SweepCase, b: SweepCase): number {
    if (a.faults.length !== b.faults.length) return a.faults.length - b.faults.length;
    const [one, other] = [lastOf(a), lastOf(b)];
    const isLater = one.way === 'persistent' && other.way === 'persistent';
    return (
      FAULT_WAYS.indexOf(one.way) - FAULT_WAYS.indexOf(other.way) ||
      (isLater ? this.#numberOf(other) - this.#numberOf(one) : 0) ||
      one.occurrence - other.occurrence ||
      plainness(one.syscall, errorOf(one)) - plainness(other.syscall, errorOf(other))
    );
  }

  weaker(of: SweepCase): readonly SweepCase[] {
    const last = lastOf(of);
    const single = of.faults.length > 1 ? of.faults.map((fault) => caseOf([fault])) : [];
    const once = last.way === 'persistent' ? [caseOf([...of.faults.slice(0, -1), { ...last, way: 'once' }])] : [];
    const others = (this.#casesOfSites.get(last.site) ?? []).filter((one) => one.faults.length <= of.faults.length);
    return [...single, ...once, ...others]
      .filter((one) => this.compare(one, of) < 0)
      .sort((a, b) => this.compare(a, b));
  }

  /** What a result seems to show, in one sentence. */
  title(of: SweepCase, result: SweepCaseResult): string {
    const last = lastOf(of);
    return titleOf(result, last, this.#siteOf(of), this.#files.of(last));
  }

  describe(confirmed: Confirmed<SweepCase, SweepCaseResult>, closely: SweepCaseResult | undefined): SweepFinding {
    const { id, case: of, result, cases } = confirmed;
    const fault = lastOf(of);
    const site = this.#siteOf(of);
    const isSame = closely?.class === result.class;
    const finding: SweepFinding = {
      id,
      class: result.class,
      title: this.title(of, result),
      count: cases.length,
      confirmed: confirmed.confirmed,
      syscall: site.syscall,
      error: errorOf(fault),
      way: fault.way,
      program: site.program,
      file: this.#files.of(fault),
      stack: site.stack,
      case: of,
      verdict: isSame ? closely.verdict : result.verdict,
      reaction: isSame ? this.#reaction(fault, closely) : [],
      also: alsoOf(of, cases, (one) => this.#siteOf(one)),
      replay: undefined,
      again: undefined,
    };
    return { ...finding, ...this.#keep(finding) };
  }

  inWords({ verdict, reached }: SweepCaseResult): string {
    return reached ? `${verdict.class}: ${verdict.reason}` : verdict.reason;
  }

  toJson(of: SweepCase, result: SweepCaseResult): JsonObject {
    return caseToJson(of, result, FINDING_CLASSES.includes(result.class) ? this.cause(of, result).id : undefined);
  }

  fromJson(json: JsonObject): SweepCaseResult {
    return resultFromJson(json);
  }

  #reaction(fault: CaseFault, { recorded, end }: SweepCaseResult): string[] {
    const calls = recorded ? reactionOf(fault, recorded, this.#clean, this.#input) : [];
    return end === undefined ? calls : [...calls, end];
  }

  /** Of its site, in the order in which a good run comes to them. */
  #numberOf({ site }: CaseFault): number {
    return this.#numbers.get(site) ?? this.#numbers.size;
  }

  #siteOf(of: SweepCase): Site {
    return this.#sites.get(lastOf(of).site)!;
  }

  #index(one: SweepCase): void {
    const { site } = lastOf(one);
    const cases = this.#casesOfSites.get(site);
    if (cases) cases.push(one);
    else this.#casesOfSites.set(site, [one]);
  }
}

/** The one that a program did not bear: those before it lead there. */
export function lastOf({ faults }: SweepCase): CaseFault {
  return faults.at(-1)!;
}
