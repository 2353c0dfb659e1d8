import { createHash } from 'node:crypto';
import { furtherSwitches } from '../../chaos/schedule/bounded.ts';
import { ORDER_CLASSES, type OrderClass, type OrderFinding } from '../../model/explore.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Switch } from '../../model/schedule.ts';
import type { CaseMaker, CaseWorker, Cause, Confirmed, JsonObject } from '../case-maker.ts';
import { withoutParts } from '../without-parts.ts';
import { withoutDetours } from './fewer-switches.ts';
import { isExpected } from './judge.ts';
import {
  caseOfSeed,
  caseOfSwitches,
  caseToJson,
  type OrderCase,
  type OrderResult,
  resultFromJson,
} from './order-case.ts';

const ID_DIGITS = 8;
/** Seeds join the plan by so many. */
const SEEDS_AHEAD = 500;
/** So many orders with switches are planned at most: each is kept. */
const MAX_PLANNED = 200_000;

export interface OrderMakerOptions {
  readonly inputs: JsonObject;
  /** With its arguments, for ids. */
  readonly command: readonly string[];
  readonly seed: number;
  readonly bound: number | undefined;
  readonly expect: readonly Outcome[];
  readonly openWorker: () => Promise<CaseWorker<OrderCase, OrderResult>>;
  /** What is done with a finding: a file is written for `renacer replay`. */
  readonly keep: (finding: OrderFinding, seed: number) => Pick<OrderFinding, 'replay' | 'again'>;
}

/** Makes cases of the seeds of a strategy; or of all orders with at most so many switches, each a child of one that was run. */
export class OrderMaker implements CaseMaker<OrderCase, OrderResult, OrderFinding> {
  readonly kind = 'explore';
  readonly classes: readonly OrderClass[] = ORDER_CLASSES;
  readonly findingClasses: readonly OrderClass[];
  readonly shrinkTries = 300;
  readonly inputs: JsonObject;
  readonly cases: readonly OrderCase[];
  readonly openWorker: OrderMakerOptions['openWorker'];
  readonly #options: OrderMakerOptions;
  /** Of failures: the switches that they were made of. */
  readonly #switches = new Map<string, readonly Switch[]>();
  #planned = 1;
  #leftOut = 0;

  constructor(options: OrderMakerOptions) {
    const { inputs, seed, bound, expect, openWorker } = options;
    this.inputs = inputs;
    this.findingClasses = WORST_FIRST.filter((kind) => !isExpected(kind, expect));
    this.openWorker = openWorker;
    this.#options = options;
    this.cases = bound === undefined ? seedsFrom(seed) : [caseOfSwitches(seed, [])];
  }

  /** How many orders up to the bound are not in the plan, since there are too many; those that these lead to not counted. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** The switches that the order of a case was made of. */
  switchesOf({ id, switches }: OrderCase): readonly Switch[] {
    return switches ?? this.#switches.get(id) ?? [];
  }

  learn(of: OrderCase, result: OrderResult): readonly OrderCase[] {
    const { seed, bound } = this.#options;
    if (result.switches.length > 0) this.#switches.set(of.id, result.switches);
    if (bound === undefined) {
      const isLast = of.switches === undefined && (of.seed - seed) % SEEDS_AHEAD === 0;
      return isLast ? seedsFrom(of.seed + SEEDS_AHEAD) : [];
    }
    if (of.switches === undefined || of.switches.length >= bound) return [];
    const further = furtherSwitches(of.switches, result.log).map((switches) => caseOfSwitches(seed, switches));
    const room = Math.max(0, MAX_PLANNED - this.#planned);
    this.#leftOut += Math.max(0, further.length - room);
    this.#planned += Math.min(further.length, room);
    return further.slice(0, room);
  }

  cause(_of: OrderCase, result: OrderResult): Cause {
    const { class: kind, symptom } = result;
    const words = JSON.stringify([...this.#options.command, kind, symptom]);
    const id = createHash('sha256').update(words).digest('hex').slice(0, ID_DIGITS);
    return { key: symptom, symptom, isBlurred: false, id };
  }

  /** Fewest switches; and their list is simpler than a seed that leads to it. */
  compare(a: OrderCase, b: OrderCase): number {
    const fewer = this.switchesOf(a).length - this.switchesOf(b).length;
    return fewer || Number(a.switches === undefined) - Number(b.switches === undefined);
  }

  weaker(of: OrderCase): readonly OrderCase[] {
    const switches = this.switchesOf(of);
    const same = of.switches === undefined ? [switches] : [];
    return [...withoutParts(switches), ...withoutDetours(switches), ...same].map((fewer) =>
      caseOfSwitches(of.seed, fewer),
    );
  }

  describe(confirmed: Confirmed<OrderCase, OrderResult>, closely: OrderResult | undefined): OrderFinding {
    const { id, case: of, result, cases } = confirmed;
    const [first] = cases;
    const switches = this.switchesOf(of);
    const isSame = closely?.class === result.class;
    const finding: OrderFinding = {
      id,
      class: result.class,
      title: titleOf(result, switches),
      count: cases.length,
      confirmed: confirmed.confirmed,
      seed: first?.switches === undefined ? first?.seed : undefined,
      switches,
      switchesBefore: first === undefined ? switches.length : this.switchesOf(first).length,
      told: isSame ? (closely.told ?? []) : [],
      deadlock: isSame ? closely.deadlock : undefined,
      reason: result.reason,
      evidence: result.evidence,
      replay: undefined,
      again: undefined,
    };
    return { ...finding, ...this.#options.keep(finding, of.seed) };
  }

  inWords({ class: kind, reason }: OrderResult): string {
    return `${kind}: ${reason}`;
  }

  toJson(of: OrderCase, result: OrderResult): JsonObject {
    return caseToJson(of, result);
  }

  fromJson(json: JsonObject): OrderResult {
    return resultFromJson(json);
  }
}

const WORST_FIRST: readonly OrderClass[] = ['corrupted', 'crashed', 'deadlock', 'hung', 'failed', 'survived'];

function seedsFrom(seed: number): readonly OrderCase[] {
  return Array.from({ length: SEEDS_AHEAD }, (_, index) => caseOfSeed(seed + index));
}

/** `exit status 1 after 2 switches`. */
function titleOf({ reason }: OrderResult, switches: readonly Switch[]): string {
  return `${reason} after ${switches.length === 1 ? 'one switch' : `${switches.length} switches`}`;
}
