import { cataloguedSyscalls } from '../../faults/errno-catalogue.ts';
import { errorsEver } from '../../faults/realism.ts';
import {
  ADVERSITY_KINDS,
  type AdversityKind,
  type Aftershocks,
  type FuzzLimit,
  type FuzzRequest,
  type FuzzRun,
} from '../../model/fuzz.ts';
import type { CaseFault, Coordinate, FaultWay, Recorded } from '../../model/sweep.ts';
import type { SweepPlan } from '../sweep/plan.ts';
import { isIn } from '../sweep/selection.ts';
import { isTruth } from '../sweep/tried-errors.ts';
import { Dice } from './dice.ts';

/** The faults of one way are a kind by themselves. */
const KIND_OF_WAY: Readonly<Record<FaultWay, AdversityKind>> = {
  once: 'errors',
  short: 'short',
  persistent: 'persistent',
  kill: 'kill',
};

/** How often a kind is part of a run: what slows down or ends most of them is rare. */
const CHANCES: Readonly<Record<AdversityKind, number>> = {
  errors: 0.75,
  short: 0.5,
  persistent: 0.25,
  kill: 0.125,
  signals: 0.25,
  delays: 0.125,
  limits: 0.125,
  orders: 0.25,
};

/** A run knows half of the calls: what it can meet is another mixture each time. */
const CALL_CHANCE = 0.5;
const MOST_STRIKES = 6;
/** One more. */
const FURTHER_CHANCE = 0.5;
/** A further fault is near the last one, so many calls of the same task at most. */
const NEAR_CHANCE = 0.5;
const NEAR_CALLS = 12;
/** It is at a call on the user's files, of which there are few among those that any program makes. */
const OWN_CHANCE = 0.5;
/** Often none: what only a handler does is then seen by itself. */
const AFTERSHOCK_RATES = [0, 0, 0.05, 0.2, 0.5, 0.9] as const;
const MOST_AFTERSHOCKS = 8;
/** Those that programs are made to live with, and those that end them. */
export const HARMLESS_SIGNALS: readonly string[] = ['SIGWINCH', 'SIGURG', 'SIGCONT', 'SIGCHLD'];
export const ENDING_SIGNALS: readonly string[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];
const MOST_DELAY_MS = 50;
/** stdin, stdout, stderr, and a few more. */
const LEAST_FILES = 4;
const MOST_FILES = 24;
const LEAST_MEMORY_BITS = 22;
const MOST_MEMORY_BITS = 28;

type Options = Pick<FuzzRequest, 'kinds' | 'only' | 'paths' | 'errors' | 'input'>;

/** Draws the adversity of runs from what good runs do: the same for the same seed, plan and options. */
export class Draws {
  readonly #options: Options;
  readonly #places: ReadonlyMap<string, readonly Place[]>;
  /** Calls that signals and delays can be aimed at, and where each call comes in the good run. */
  readonly #calls: readonly Coordinate[];
  readonly #order: ReadonlyMap<string, number>;
  readonly #kinds: readonly AdversityKind[];
  readonly #errors: readonly string[];

  constructor({ cases }: Pick<SweepPlan, 'cases'>, clean: Recorded, options: Options) {
    this.#options = options;
    const kinds = new Set<AdversityKind>(options.kinds);
    const own = clean.calls.filter(({ isLoaders }) => !isLoaders);
    this.#calls = own.map(({ task, syscall, ordinal }) => ({ task, syscall, ordinal }));
    this.#order = new Map(clean.calls.map((call, index) => [keyOf(call), index]));
    const onInput = new Set(own.filter((call) => isIn(options.input, call)).map(keyOf));
    const places = new Map<string, Place[]>();
    for (const fault of cases.flatMap(({ faults }) => faults)) {
      if (!kinds.has(KIND_OF_WAY[fault.way])) continue;
      const list = places.get(fault.syscall) ?? [];
      places.set(fault.syscall, list);
      const place = list.find(({ site }) => site === fault.site);
      if (place) place.faults.push(fault);
      else list.push({ site: fault.site, faults: [fault], isOwn: onInput.has(keyOf(fault)) });
    }
    this.#places = places;
    const isMany = new Set(clean.calls.map(({ task }) => task)).size > 1;
    const has = (kind: AdversityKind): boolean =>
      [...places.values()].flat().some(({ faults }) => faults.some(({ way }) => KIND_OF_WAY[way] === kind));
    this.#kinds = ADVERSITY_KINDS.filter((kind) => {
      if (!kinds.has(kind)) return false;
      if (kind === 'orders' || kind === 'delays') return isMany;
      return kind === 'limits' || kind === 'signals' || has(kind);
    });
    this.#errors = (options.errors ?? allErrors()).filter((errno) => !isTruth(errno));
  }

  /** The kinds that this command can meet, of those that were asked for. */
  get kinds(): readonly AdversityKind[] {
    return this.#kinds;
  }

  of(seed: number): FuzzRun {
    const dice = new Dice(seed, 'kinds');
    const drawn = this.#kinds.filter((kind) => dice.is(CHANCES[kind]));
    const kinds = new Set(drawn.length > 0 ? drawn : [dice.oneOf(this.#kinds)]);
    const calls = new Set(new Dice(seed, 'calls').some(this.#callNames(), CALL_CHANCE));
    const faults = [...this.#strikes(seed, kinds, calls), ...this.#others(seed, kinds)];
    return {
      faults: this.#inOrder(faults),
      limits: kinds.has('limits') ? [limitOf(seed)] : [],
      switches: [],
      aftershocks: this.#aftershocks(seed, kinds, calls),
      orderSeed: kinds.has('orders') ? seed : undefined,
    };
  }

  /** Errors, short transfers and deaths at calls of the good run. */
  #strikes(seed: number, kinds: ReadonlySet<AdversityKind>, calls: ReadonlySet<string>): CaseFault[] {
    const dice = new Dice(seed, 'strikes');
    const places = placesFor(this.#places, kinds, calls) ?? placesFor(this.#places, kinds, undefined);
    if (!places) return [];
    const own = places.filter(({ isOwn }) => isOwn);
    const strikes: CaseFault[] = [];
    do {
      const near = dice.is(NEAR_CHANCE) ? this.#near(places, strikes.at(-1)) : [];
      const anywhere = own.length > 0 && dice.is(OWN_CHANCE) ? own : places;
      strikes.push(near.length > 0 ? dice.oneOf(near) : dice.oneOf(dice.oneOf(anywhere).faults));
    } while (strikes.length < MOST_STRIKES && dice.is(FURTHER_CHANCE));
    return strikes;
  }

  #near(places: readonly Place[], last: CaseFault | undefined): CaseFault[] {
    const from = last && this.#order.get(keyOf(last));
    if (from === undefined) return [];
    return places
      .flatMap(({ faults }) => faults)
      .filter((fault) => {
        const after = (this.#order.get(keyOf(fault)) ?? -1) - from;
        return after > 0 && after <= NEAR_CALLS && fault.task === last?.task;
      });
  }

  /** Signals and delays. */
  #others(seed: number, kinds: ReadonlySet<AdversityKind>): CaseFault[] {
    const dice = new Dice(seed, 'others');
    if (this.#calls.length === 0) return [];
    const at = (fault: string): CaseFault => ({
      ...dice.oneOf(this.#calls),
      way: 'once',
      fault,
      site: '',
      occurrence: 1,
    });
    const signal = dice.oneOf(dice.is(0.5) ? HARMLESS_SIGNALS : ENDING_SIGNALS);
    const delays = Array.from({ length: dice.between(1, 4) }, () =>
      at(`delay_enter=${dice.between(1, MOST_DELAY_MS + 1)}ms`),
    );
    return [...(kinds.has('signals') ? [at(`signal=${signal}`)] : []), ...(kinds.has('delays') ? delays : [])];
  }

  #aftershocks(seed: number, kinds: ReadonlySet<AdversityKind>, calls: ReadonlySet<string>): Aftershocks | undefined {
    const rate = new Dice(seed, 'aftershocks').oneOf(AFTERSHOCK_RATES);
    const drawn = [
      ...(kinds.has('errors') ? ['error' as const] : []),
      ...(kinds.has('short') ? ['short' as const] : []),
    ];
    if (rate === 0 || drawn.length === 0) return undefined;
    const { paths } = this.#options;
    return { seed, rate, most: MOST_AFTERSHOCKS, syscalls: [...calls], paths, errors: this.#errors, kinds: drawn };
  }

  /** All that may fail, in handlers, too. What waits for other threads is left to the C library. */
  #callNames(): readonly string[] {
    return this.#options.only ?? cataloguedSyscalls().filter((name) => name !== 'futex');
  }

  /** As the good run comes to them, one a call. */
  #inOrder(faults: readonly CaseFault[]): CaseFault[] {
    const byCall = new Map(faults.map((fault) => [keyOf(fault), fault]));
    const numberOf = (fault: CaseFault): number => this.#order.get(keyOf(fault)) ?? this.#order.size;
    return [...byCall.values()].sort((a, b) => numberOf(a) - numberOf(b));
  }
}

/** A site, with the faults that it can meet. */
interface Place {
  readonly site: string;
  readonly faults: CaseFault[];
  /** Its first call is on the user's files. */
  readonly isOwn: boolean;
}

/** Undefined if there are none. */
function placesFor(
  all: ReadonlyMap<string, readonly Place[]>,
  kinds: ReadonlySet<AdversityKind>,
  calls: ReadonlySet<string> | undefined,
): Place[] | undefined {
  const places = [...all].flatMap(([syscall, list]) => {
    if (calls?.has(syscall) === false) return [];
    return list.flatMap(({ site, faults, isOwn }) => {
      const drawn = faults.filter(({ way }) => kinds.has(KIND_OF_WAY[way]));
      return drawn.length === 0 ? [] : [{ site, faults: drawn, isOwn }];
    });
  });
  return places.length === 0 ? undefined : places;
}

function limitOf(seed: number): FuzzLimit {
  const dice = new Dice(seed, 'limits');
  if (dice.is(0.5)) return { of: 'files', most: dice.between(LEAST_FILES, MOST_FILES + 1) };
  return { of: 'memory', most: 2 ** dice.between(LEAST_MEMORY_BITS, MOST_MEMORY_BITS + 1) };
}

function allErrors(): string[] {
  return [...new Set(cataloguedSyscalls().flatMap((name) => errorsEver(name, 'likely')))].sort();
}

function keyOf({ task, syscall, ordinal }: Coordinate): string {
  return `${task} ${syscall} ${ordinal}`;
}
