import type {
  CaseMaker,
  CaseResult,
  CaseWorker,
  Cause,
  Confirmed,
  JsonObject,
} from '../../../src/campaign/case-maker.ts';
import { CASE_CLASSES, type CaseClass, FINDING_CLASSES } from '../../../src/model/sweep.ts';

/** A case of a campaign that knows neither calls nor schedules: a number, and a strength that can be lowered. */
export interface FakeCase {
  readonly id: string;
  readonly number: number;
  readonly strength: number;
}

export interface FakeResult extends CaseResult {
  readonly class: CaseClass;
  /** How often it was performed in vain before: never in a result. */
  readonly word: string;
  readonly closely: boolean;
}

export interface FakeFinding extends Confirmed<FakeCase, FakeResult> {
  readonly closely: boolean;
}

/** What the fake program does with a case. */
export interface FakeProgram {
  /** Of each first case. */
  readonly classes: readonly CaseClass[];
  /** Cases below this strength do not show anything. */
  readonly threshold: number;
  /** Which cases are many in one. */
  readonly blurred: readonly number[];
  /** Which first cases bring another one. */
  readonly bringing: readonly number[];
  /** Which numbers the other engine does not show; and which it shows at times only. */
  readonly unconfirmed: readonly number[];
  readonly flaky: readonly number[];
  /** Which numbers kill their worker, how often. */
  readonly deadly: Readonly<Record<number, number>>;
}

export const FULL_STRENGTH = 4;

export function fakeCase(number: number, strength: number = FULL_STRENGTH): FakeCase {
  return { id: `${number}/${strength}`, number, strength };
}

/** Where a fake worker waits, so that a test can choose which one goes on first. */
export type Pause = () => Promise<unknown>;

export class FakeMaker implements CaseMaker<FakeCase, FakeResult, FakeFinding> {
  readonly kind = 'fake';
  readonly classes: readonly CaseClass[] = CASE_CLASSES;
  readonly findingClasses: readonly CaseClass[] = FINDING_CLASSES;
  readonly inputs: JsonObject;
  readonly cases: readonly FakeCase[];
  /** The ids of the cases in the order in which they were begun. */
  readonly performed: string[] = [];
  readonly confirmed: string[] = [];
  readonly open = new Set<CaseWorker<FakeCase, FakeResult>>();
  readonly #program: FakeProgram;
  readonly #pause: Pause;
  readonly #deaths = new Map<number, number>();
  readonly #confirmations = new Map<number, number>();

  constructor(program: FakeProgram, pause: Pause = () => Promise.resolve()) {
    this.#program = program;
    this.#pause = pause;
    this.inputs = { command: ['fake'], program: JSON.stringify(program) };
    this.cases = program.classes.map((_, number) => fakeCase(number));
  }

  learn({ number, strength }: FakeCase, result: FakeResult): readonly FakeCase[] {
    const { classes, bringing } = this.#program;
    if (strength < FULL_STRENGTH || !bringing.includes(number) || result.word !== wordOf(number)) return [];
    // A chain of two: what is learnt teaches something, too. The second is known already to whoever learns it twice.
    return [fakeCase(number + classes.length), fakeCase(2 * classes.length)];
  }

  cause({ number }: FakeCase, result: FakeResult): Cause {
    // Two keys have the same id, as where only addresses tell places apart.
    const id = `${result.class}-${number % 5 === 4 ? 0 : number % 5}`;
    return { key: `${number % 5}`, id, symptom: `${number % 3}`, isBlurred: this.#program.blurred.includes(number) };
  }

  compare(a: FakeCase, b: FakeCase): number {
    return a.strength - b.strength || a.number - b.number;
  }

  weaker({ number, strength }: FakeCase): readonly FakeCase[] {
    return Array.from({ length: strength }, (_, lower) => fakeCase(number, lower));
  }

  async openWorker(): Promise<CaseWorker<FakeCase, FakeResult>> {
    await this.#pause();
    let dead = false;
    let onClose = (): void => {};
    const closed = new Promise<void>((resolve) => {
      onClose = resolve;
    });
    const pause = () => Promise.race([this.#pause(), closed]);
    const alive = (): void => {
      if (dead) throw new Error('the worker is dead');
    };
    const worker: CaseWorker<FakeCase, FakeResult> = {
      perform: async (of, closely) => {
        alive();
        this.performed.push(of.id);
        await pause();
        alive();
        const deaths = this.#deaths.get(of.number) ?? 0;
        if (deaths < (this.#program.deadly[of.number] ?? 0)) {
          this.#deaths.set(of.number, deaths + 1);
          dead = true;
          throw new Error(`killed by ${of.number}`);
        }
        return this.#result(of, closely);
      },
      confirm: async (of) => {
        alive();
        this.confirmed.push(of.id);
        await pause();
        alive();
        const times = (this.#confirmations.get(of.number) ?? 0) + 1;
        this.#confirmations.set(of.number, times);
        const { unconfirmed, flaky } = this.#program;
        const isShown = !unconfirmed.includes(of.number) && !(flaky.includes(of.number) && times === 2);
        return isShown ? this.#result(of, false) : { ...this.#result(of, false), class: 'tolerated' };
      },
      close: async () => {
        dead = true;
        onClose();
        this.open.delete(worker);
      },
    };
    this.open.add(worker);
    return worker;
  }

  describe(of: Confirmed<FakeCase, FakeResult>, closely: FakeResult | undefined): FakeFinding {
    return { ...of, closely: closely?.closely ?? false };
  }

  inWords(result: FakeResult): string {
    return `it was ${result.class}`;
  }

  toJson({ number, strength }: FakeCase, { word, class: of, durationMs }: FakeResult): JsonObject {
    return { number, strength, class: of, word, durationMs };
  }

  fromJson(json: JsonObject): FakeResult {
    const { number, strength, class: of, word, durationMs } = json;
    if (typeof number !== 'number' || typeof strength !== 'number') throw new Error('number is not a number');
    if (!CASE_CLASSES.includes(of as CaseClass) || typeof word !== 'string') throw new Error('class is none');
    return { class: of as CaseClass, word, durationMs: Number(durationMs), closely: false };
  }

  #result({ number, strength }: FakeCase, closely: boolean): FakeResult {
    const { classes, threshold } = this.#program;
    const full = classes[number % classes.length]!;
    return { class: strength < threshold ? 'graceful' : full, word: wordOf(number), durationMs: 1, closely };
  }
}

function wordOf(number: number): string {
  return `ä${number}`;
}
