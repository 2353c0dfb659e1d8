import { basename } from 'node:path/posix';
import { distance } from 'fastest-levenshtein';
import { STAGES, type Stage } from './call-conditions.ts';
import type { CallFacts } from './call-facts.ts';
import { MMAP } from './related-calls.ts';
import type { Conditions } from './selector.ts';
import { printWhen } from './when.ts';

const MAX_SAMPLES = 3;
/** No more of the calls that a rule misses are looked at; the others are counted. */
const MAX_LOOKS = 1000;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_TYPE = 0xf;

/** A rule, and how it fared. */
interface RuleFate {
  readonly rule: Conditions;
  readonly eligible: number;
  readonly impossible: number;
  readonly mostOfTask: number;
}

/** Calls that were not eligible by one condition: how many, and what they had instead. */
interface Misses {
  count: number;
  samples: readonly string[];
}

/**
 * What came near a rule that has not fired yet: calls of its own that some condition left out, and calls that do the
 * same as its own. It keeps a number and three samples of each, of the first thousand calls, and nothing is asked of it
 * once the rule has fired.
 */
export class NearMisses {
  readonly #wanted: string | undefined;
  readonly #byStage = new Map<Stage, Misses>();
  /** Those that only this condition left out. */
  readonly #byStageAlone = new Map<Stage, Misses>();
  readonly #others = new Map<string, number>();
  #rings = 0;
  #looks = 0;

  /** `wanted`: the path that the rule is about. */
  constructor(wanted: string | undefined) {
    this.#wanted = wanted;
  }

  /** A call of the rule that was not eligible. `isAlone`: all its other conditions held. */
  note(stage: Stage, facts: CallFacts, isAlone: () => boolean): void {
    const misses = missesOf(this.#byStage, stage);
    misses.count += 1;
    if (this.#looks >= MAX_LOOKS) return;
    this.#looks += 1;
    misses.samples = this.#nearest(stage, [...misses.samples, ...(SAMPLES[stage]?.(facts) ?? [])]);
    if (!isAlone()) return;
    const alone = missesOf(this.#byStageAlone, stage);
    alone.count += 1;
    alone.samples = misses.samples;
  }

  /** A call that does the same as those of the rule, made so that it meets all its conditions. */
  noteOther(facts: CallFacts): void {
    const { call, name } = facts;
    const what = call.nr === MMAP ? mappingOf(facts) : name;
    this.#others.set(what, (this.#others.get(what) ?? 0) + 1);
  }

  /** The program makes a ring: what it is for, nobody sees. */
  noteRing(): void {
    this.#rings += 1;
  }

  /** Why the rule did not fire, for people. */
  text(rule: RuleFate): string {
    const reasons = [rule.eligible > 0 ? whyNotChosen(rule) : (this.#missed() ?? 'no such call was made')];
    const others = [...this.#others].sort((a, b) => b[1] - a[1]).slice(0, MAX_SAMPLES);
    if (others.length > 0) {
      const it = rule.rule.selector.path === undefined ? '' : ' on it';
      reasons.push(`made instead${it}: ${others.map(([name, count]) => `${name} (${count})`).join(', ')}`);
    }
    if (this.#rings > 0) reasons.push('the program uses io_uring, whose operations are not system calls');
    return reasons.join('; ');
  }

  /** By the condition that stood alone in the way, and of those the one before the most others; or else by the last that was asked. */
  #missed(): string | undefined {
    const alone = STAGES.find((each) => this.#byStageAlone.has(each));
    const stage = alone ?? STAGES.findLast((each) => this.#byStage.has(each));
    if (stage === undefined) return undefined;
    const { count, samples } = (alone ? this.#byStageAlone : this.#byStage).get(stage)!;
    const [calls, were] = count === 1 ? ['call', 'was'] : ['calls', 'were'];
    return REASONS[stage](`${count} ${calls}`, were!, samples.join(', '));
  }

  /** A few different ones: of paths those that are most like the one that is wanted. */
  #nearest(stage: Stage, samples: readonly string[]): readonly string[] {
    const different = [...new Set(samples)];
    if (different.length <= MAX_SAMPLES) return different;
    const wanted = this.#wanted;
    if (stage === 'path' && wanted !== undefined) {
      const name = basename(wanted);
      different.sort((a, b) => distance(basename(a), name) - distance(basename(b), name));
    }
    return different.slice(0, MAX_SAMPLES);
  }
}

/** What a call had that did not hold, for the stages where that is worth a look. */
const SAMPLES: Readonly<Partial<Record<Stage, (facts: CallFacts) => readonly string[]>>> = {
  task: ({ call }) => [call.task.lineage],
  fd: (facts) => facts.descriptors().map(({ fd, kind }) => `${fd} (${kind ?? 'not open'})`),
  comm: (facts) => [facts.comm()],
  path: (facts) => facts.paths().slice(-1),
  result: ({ call }) => [`${call.result.signed(0)}`],
};

type Reason = (calls: string, were: string, samples: string) => string;

const REASONS: Readonly<Record<Stage, Reason>> = {
  from: (calls) => `${calls} came before the program's own entry point: from=exec meets them`,
  'after-time': (calls) => `${calls} came earlier`,
  'before-time': (calls) => `${calls} came later`,
  arguments: (calls) => `${calls} had other arguments`,
  task: (calls, were, samples) => `${calls} ${were} made by other tasks: ${samples}`,
  fd: (calls, _, samples) => `${calls} had other descriptors${samples && `: ${samples}`}`,
  comm: (calls, were, samples) => `${calls} ${were} made by other programs: ${samples}`,
  path: (calls, were, samples) => `${calls} ${were} for other files${samples && `: ${samples}`}`,
  quirk: (calls, were) => `${calls} ${were} made in a way that the quirk does not affect`,
  result: (calls, _, samples) => `${calls} had other results: ${samples}`,
};

function missesOf(map: Map<Stage, Misses>, stage: Stage): Misses {
  let misses = map.get(stage);
  if (!misses) {
    misses = { count: 0, samples: [] };
    map.set(stage, misses);
  }
  return misses;
}

function whyNotChosen({ rule, eligible, impossible, mostOfTask }: RuleFate): string {
  const { when, count, probability } = rule.selector;
  if (impossible > 0) return 'the fault was not possible at the calls that were chosen';
  if (when && mostOfTask < when.first) {
    const together = count === 'task' && eligible >= when.first;
    const most = `${mostOfTask} ${mostOfTask === 1 ? 'time' : 'times'}`;
    return together
      ? `when=${printWhen(when)}, and no task made the call more than ${most}; all tasks together ${eligible}: count=tree`
      : `when=${printWhen(when)}, and the call was made ${most}`;
  }
  return probability === undefined ? 'none was chosen' : `prob=${probability} chose none of ${eligible} eligible calls`;
}

/** What a mapping of a file does: what is written through a shared one goes to the file. */
function mappingOf({ call }: CallFacts): string {
  const isWritten = (call.args.u32(2) & PROT_WRITE) !== 0 && (call.args.u32(3) & MAP_TYPE) === MAP_SHARED;
  return isWritten ? 'mmap for writing' : 'mmap';
}
