import type { StoppedCall } from '../tracer/policy.ts';
import type { Task } from '../tracer/task.ts';
import { type CallCondition, compileConditions, type Stage } from './call-conditions.ts';
import { CallFacts } from './call-facts.ts';
import { compileResultCondition } from './conditions.ts';
import { type DecisionKey, decisionKey, drawUnit } from './decisions.ts';
import type { PlannedRule } from './fault-plan.ts';
import type { FaultSource } from './fault-source.ts';
import { NearMisses } from './near-misses.ts';
import type { Quirks } from './quirks/index.ts';
import { RING_SETUP } from './related-calls.ts';
import { decisionOrdinal } from './rule-identity.ts';
import type { Conditions } from './selector.ts';
import { callsUntilChosen, isChosen } from './when.ts';

const NS_PER_MS = 1e6;

/** Stands for all numbers where they are counted together. */
const ALL_CALLS = -1;

/** Of one task, or of all. Eligible calls are counted for each system call by itself, as strace does. */
interface Count {
  readonly eligible: Map<number, number>;
  fired: number;
}

/** A rule that is ready for a run: its conditions compiled, with its counters. */
export class ArmedRule {
  readonly rule: Conditions;
  readonly source: FaultSource;
  /** By which its decisions are drawn and its faults are recorded. */
  readonly name: string;
  /** The numbers of its system calls. */
  readonly numbers: ReadonlySet<number>;
  /** Over the whole run. */
  eligible = 0;
  fired = 0;
  /** How often it was chosen, but the kernel could not have done such a thing. */
  impossible = 0;
  /** The most eligible calls of one number that one task made, or all of them where they count together. */
  mostOfTask = 0;
  readonly #misses: NearMisses;
  readonly #seed: number;
  readonly #ownConditions: readonly CallCondition[];
  #conditions: readonly CallCondition[] = [];
  readonly #resultHolds: ((call: StoppedCall) => boolean) | undefined;
  #tree: Count = { eligible: new Map(), fired: 0 };
  readonly #counts = new Map<Task, Count>();
  readonly #keys = new Map<Task, DecisionKey>();

  constructor({ rule, name, numbers }: PlannedRule, source: FaultSource, quirks: Quirks, seed: number) {
    this.rule = rule;
    this.source = source;
    this.name = name;
    this.numbers = new Set(numbers);
    this.#seed = seed;
    this.#misses = new NearMisses(rule.selector.path);
    const { quirk } = source;
    this.#ownConditions = quirk
      ? [{ stage: 'quirk', holds: (facts) => quirks.of(quirk.name).concerns(facts, quirk.detail) }]
      : [];
    this.beginIn('/');
    const { result } = rule.selector;
    if (result) {
      const holds = compileResultCondition(result);
      this.#resultHolds = (call) => holds(call.result);
    }
  }

  /** Whether what the call returns is a condition: then it is decided at its exit. */
  get waitsForResult(): boolean {
    return this.#resultHolds !== undefined;
  }

  /** Relative paths of the rule begin in this directory. */
  beginIn(directory: string): void {
    this.#conditions = [...compileConditions(this.rule.selector, directory), ...this.#ownConditions];
  }

  /** Whether the conditions that are known at the entry hold. `elapsedMs`: since the start of the command. */
  matches(facts: CallFacts, elapsedMs: number): boolean {
    const stage = this.#mismatch(facts, elapsedMs);
    if (stage !== undefined && this.fired === 0) {
      this.#misses.note(stage, facts, () =>
        this.#conditions.every((each) => each.stage === stage || each.holds(facts)),
      );
    }
    return stage === undefined;
  }

  /** A call that does the same as those of the rule, which is not about it, as long as it has not fired. */
  seeRelated(facts: CallFacts, elapsedMs: number): void {
    if (facts.call.nr === RING_SETUP) this.#misses.noteRing();
    else if (this.#mismatch(facts, elapsedMs) === undefined) this.#misses.noteOther(facts);
  }

  /** Why it has not fired, for people; undefined if it has. */
  get nearest(): string | undefined {
    return this.fired === 0 ? this.#misses.text(this) : undefined;
  }

  /** Counts an eligible call; true if it is one of those that meet the fault. */
  chooses(call: StoppedCall): boolean {
    if (this.#resultHolds?.(call) === false) {
      if (this.fired === 0) this.#misses.note('result', new CallFacts(call), () => true);
      return false;
    }
    const { when, probability, times } = this.rule.selector;
    const count = this.#countOf(call.task);
    // A quirk is one misbehaviour, by whatever call it comes.
    const counted = this.source.quirk ? ALL_CALLS : call.nr;
    const eligible = (count.eligible.get(counted) ?? 0) + 1;
    count.eligible.set(counted, eligible);
    this.eligible += 1;
    if (eligible > this.mostOfTask) this.mostOfTask = eligible;
    if (when && !isChosen(when, eligible)) return false;
    if (times !== undefined && count.fired >= times) return false;
    if (probability === undefined) return true;
    const share = this.source.shareOf?.(call.nr) ?? 1;
    return drawUnit(this.keyOf(call.task), decisionOrdinal(call)) < probability * share;
  }

  /** Whether a count of the task's own calls is all that it goes by. */
  get onlyCounts(): boolean {
    const { probability, count, afterTimeNs, beforeTimeNs } = this.rule.selector;
    const isTimed = afterTimeNs !== undefined || beforeTimeNs !== undefined;
    const looks = this.#conditions.length > 0 || this.waitsForResult || this.source.quirk !== undefined;
    return !looks && count === 'task' && probability === undefined && !isTimed;
  }

  /** How many calls of this number the task may make that are not chosen, whatever they are. 0 where each has to be looked at. */
  mayPass(task: Task, nr: number): number {
    const { when, times } = this.rule.selector;
    if (!this.onlyCounts || (this.rule.from === 'entry' && !task.state.reachedEntryPoint)) return 0;
    const count = this.#countOf(task);
    if (times !== undefined && count.fired >= times) return Number.POSITIVE_INFINITY;
    return when ? callsUntilChosen(when, count.eligible.get(nr) ?? 0) : 0;
  }

  /** So many of them were made. */
  passed(task: Task, nr: number, calls: number): void {
    const count = this.#countOf(task);
    const eligible = (count.eligible.get(nr) ?? 0) + calls;
    count.eligible.set(nr, eligible);
    this.eligible += calls;
    this.mostOfTask = Math.max(this.mostOfTask, eligible);
  }

  /** It has happened. */
  fire(task: Task): void {
    this.#countOf(task).fired += 1;
    this.fired += 1;
  }

  keyOf(task: Task): DecisionKey {
    let key = this.#keys.get(task);
    if (!key) {
      key = decisionKey(this.#seed, this.name, task.lineage);
      this.#keys.set(task, key);
    }
    return key;
  }

  /** Calls and faults are counted anew. */
  renew(): void {
    this.#tree = { eligible: new Map(), fired: 0 };
    this.#counts.clear();
  }

  forget(task: Task): void {
    this.#counts.delete(task);
    this.#keys.delete(task);
  }

  #mismatch(facts: CallFacts, elapsedMs: number): Stage | undefined {
    const { selector, from } = this.rule;
    if (from === 'entry' && !facts.call.task.state.reachedEntryPoint) return 'from';
    const elapsedNs = elapsedMs * NS_PER_MS;
    if (selector.afterTimeNs !== undefined && elapsedNs < selector.afterTimeNs) return 'after-time';
    if (selector.beforeTimeNs !== undefined && elapsedNs >= selector.beforeTimeNs) return 'before-time';
    for (const condition of this.#conditions) if (!condition.holds(facts)) return condition.stage;
    return undefined;
  }

  #countOf(task: Task): Count {
    if (this.rule.selector.count === 'tree') return this.#tree;
    let count = this.#counts.get(task);
    if (!count) {
      count = { eligible: new Map(), fired: 0 };
      this.#counts.set(task, count);
    }
    return count;
  }
}
