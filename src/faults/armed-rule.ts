import type { StoppedCall } from '../tracer/policy.ts';
import type { Task } from '../tracer/task.ts';
import type { CallFacts } from './call-facts.ts';
import { compileArgCondition, compileResultCondition } from './conditions.ts';
import { type DecisionKey, decisionKey, drawUnit } from './decisions.ts';
import type { PlannedRule } from './fault-plan.ts';
import type { FaultSource } from './fault-source.ts';
import { compileGlob } from './glob.ts';
import type { Quirks } from './quirks/index.ts';
import { decisionOrdinal } from './rule-identity.ts';
import type { Conditions } from './selector.ts';
import { isChosen } from './when.ts';

const NS_PER_MS = 1e6;

/** Stands for all numbers where they are counted together. */
const ALL_CALLS = -1;

type Condition = (facts: CallFacts) => boolean;

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
  readonly #seed: number;
  readonly #conditions: readonly Condition[];
  readonly #resultHolds: ((call: StoppedCall) => boolean) | undefined;
  readonly #tree: Count = { eligible: new Map(), fired: 0 };
  readonly #counts = new Map<Task, Count>();
  readonly #keys = new Map<Task, DecisionKey>();

  constructor({ rule, name, numbers }: PlannedRule, source: FaultSource, quirks: Quirks, seed: number) {
    this.rule = rule;
    this.source = source;
    this.name = name;
    this.numbers = new Set(numbers);
    this.#seed = seed;
    const { quirk } = source;
    const concerned: Condition[] = quirk ? [(facts) => quirks.of(quirk.name).concerns(facts, quirk.detail)] : [];
    this.#conditions = [...compile(rule), ...concerned];
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

  /** Whether the conditions that are known at the entry hold. `elapsedMs`: since the start of the command. */
  matches(facts: CallFacts, elapsedMs: number): boolean {
    const { selector, from } = this.rule;
    if (from === 'entry' && !facts.call.task.state.reachedEntryPoint) return false;
    if (selector.afterTimeNs !== undefined && elapsedMs * NS_PER_MS < selector.afterTimeNs) return false;
    return this.#conditions.every((condition) => condition(facts));
  }

  /** Counts an eligible call; true if it is one of those that meet the fault. */
  chooses(call: StoppedCall): boolean {
    if (this.#resultHolds?.(call) === false) return false;
    const { when, probability, times } = this.rule.selector;
    const count = this.#countOf(call.task);
    // A quirk is one misbehaviour, by whatever call it comes.
    const counted = this.source.quirk ? ALL_CALLS : call.nr;
    const eligible = (count.eligible.get(counted) ?? 0) + 1;
    count.eligible.set(counted, eligible);
    this.eligible += 1;
    if (when && !isChosen(when, eligible)) return false;
    if (times !== undefined && count.fired >= times) return false;
    return probability === undefined || drawUnit(this.keyOf(call.task), decisionOrdinal(call)) < probability;
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

  forget(task: Task): void {
    this.#counts.delete(task);
    this.#keys.delete(task);
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

/** The cheap conditions first: those that need /proc only for what the others have let pass. */
function compile({ selector }: Conditions): Condition[] {
  const { args, task, fd, comm, path } = selector;
  const conditions: Condition[] = [];
  for (const argument of args ?? []) {
    const holds = compileArgCondition(argument);
    conditions.push(({ call }) => holds(call.args));
  }
  if (task !== undefined) conditions.push(({ call }) => call.task.lineage === task);
  if (typeof fd === 'number') conditions.push((facts) => facts.fd === fd);
  else if (fd !== undefined) conditions.push((facts) => facts.fdKind === fd);
  if (comm !== undefined) conditions.push((facts) => facts.comm() === comm);
  if (path !== undefined) {
    const matches = compileGlob(path);
    conditions.push((facts) => facts.paths().some(matches));
  }
  return conditions;
}
