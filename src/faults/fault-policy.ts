import type { RuleUse } from '../model/run-result.ts';
import type { StackFrame } from '../model/stack-frame.ts';
import { syscallName } from '../syscalls/syscall-table.ts';
import type { EntryDecision, ExitDecision, Policy, StoppedCall } from '../tracer/policy.ts';
import type { Task } from '../tracer/task.ts';
import { BrokenPipes } from './aftermaths/broken-pipe.ts';
import { ArmedRule } from './armed-rule.ts';
import { CallFacts } from './call-facts.ts';
import { linkOf } from './descriptor.ts';
import type { FaultPlan, PlannedRule } from './fault-plan.ts';
import { type FaultSource, fixedFault } from './fault-source.ts';
import type { Fault } from './kinds/index.ts';
import type { Effect } from './kinds/moment.ts';
import { learnedFault } from './learned-fault.ts';
import { atExitOf, CallsUnderWay, mergeEntries, mergeExits } from './merged-effects.ts';
import { Quirks } from './quirks/index.ts';
import { randomFault } from './random-fault.ts';
import { relatedTo } from './related-calls.ts';
import { decisionOrdinal, isDeliberate } from './rule-identity.ts';
import type { Conditions } from './selector.ts';
import { RT_SIGACTION, SignalHandlers } from './signal-handlers.ts';
import { wayOf } from './way-of-call.ts';

/** One fault that was injected. */
export interface FiredFault {
  readonly rule: string;
  readonly lineage: string;
  readonly tid: number;
  readonly syscall: string;
  /** Which call of this name of its task. */
  readonly ordinal: number;
  readonly timeMs: number;
  readonly fault: Fault;
  readonly semantics: Conditions['semantics'];
  /** In which way the call was made, for faults that the user has not asked for one by one. */
  readonly way?: string | undefined;
  /** Where in its program the task was, if that was asked for: the tracer adds it. */
  readonly stack?: readonly StackFrame[] | undefined;
}

/** Faults by rules: asks each rule at each of its calls, in order, and does what all that fire say. */
export class FaultPolicy implements Policy {
  readonly armed: ReadonlySet<number>;
  readonly needsProgramEntry: boolean;
  readonly hidesVdso: boolean;
  readonly #rules: readonly ArmedRule[];
  readonly #byNumber = new Map<number, ArmedRule[]>();
  /** Rules by the calls that come near them: see near-misses.ts. */
  readonly #related = new Map<number, ArmedRule[]>();
  #directoryKnown = false;
  readonly #underWay = new CallsUnderWay();
  readonly #handlers = new SignalHandlers();
  readonly #brokenPipes = new BrokenPipes();
  readonly #quirks: Quirks;
  readonly #watchesHandlers: boolean;
  readonly #onFault: (fault: FiredFault) => void;
  #startMs = Number.NaN;

  /** `onFault` is told of each fault as it is injected. */
  constructor(plan: FaultPlan, onFault: (fault: FiredFault) => void) {
    const armed = plan.rules.map((planned) => ({ planned, source: sourceOf(planned) }));
    this.#quirks = new Quirks(
      armed.flatMap(({ source }) => source.quirk?.name ?? []),
      plan.seed,
    );
    this.#rules = armed.map(({ planned, source }) => new ArmedRule(planned, source, this.#quirks, plan.seed));
    for (const rule of this.#rules) {
      for (const nr of rule.numbers) add(this.#byNumber, nr, rule);
    }
    for (const { planned, rule } of armed.map((each, index) => ({ ...each, rule: this.#rules[index]! }))) {
      if (planned.inject.kind === 'random') continue;
      const { path } = planned.rule.selector;
      for (const nr of relatedTo(planned.numbers.map(syscallName), path !== undefined)) add(this.#related, nr, rule);
    }
    this.#watchesHandlers = this.#rules.some(({ rule, source }) => rule.semantics === 'kernel' && source.interrupts);
    this.hidesVdso = this.#quirks.behindVdso;
    const watched = [...this.#quirks.watched, ...(this.#watchesHandlers ? [RT_SIGACTION] : [])];
    this.armed = new Set([...this.#byNumber.keys(), ...this.#related.keys(), ...watched]);
    this.needsProgramEntry = plan.rules.some(({ rule }) => rule.from === 'entry');
    this.#onFault = onFault;
  }

  /** How each rule fared, in the order of the plan. */
  uses(): RuleUse[] {
    return this.#rules.map(({ name: rule, eligible, fired, impossible, nearest }) => ({
      rule,
      eligible,
      fired,
      impossible,
      nearest,
    }));
  }

  onEntry(call: StoppedCall): EntryDecision | undefined {
    if (this.#watchesHandlers && call.nr === RT_SIGACTION) this.#handlers.onSigaction(call);
    const rules = this.#byNumber.get(call.nr) ?? [];
    const related = this.#related.get(call.nr)?.filter(({ fired }) => fired === 0) ?? [];
    if (rules.length === 0 && related.length === 0 && !this.#quirks.watched.has(call.nr)) return undefined;
    const facts = new CallFacts(call);
    const elapsedMs = call.task.enteredAt - this.#startMs;
    for (const rule of related) rule.seeRelated(facts, elapsedMs);
    let entry: EntryDecision | undefined;
    const atExit: Effect['exit'][] = this.#quirks.watch(facts);
    for (const rule of rules) {
      if (!rule.matches(facts, elapsedMs)) continue;
      if (rule.waitsForResult) {
        atExit.push((returned) => this.#decideAtExit(rule, returned, elapsedMs));
        continue;
      }
      if (!rule.chooses(call)) continue;
      const effects = this.#fire(rule, facts, elapsedMs);
      for (const effect of effects ?? []) {
        entry = mergeEntries(entry, effect.entry);
        atExit.push(effect.exit);
      }
    }
    const broken = entry === undefined ? this.#brokenPipes.metBy(facts) : undefined;
    return this.#underWay.add(call.task, entry ?? broken?.entry, [...atExit, broken?.exit]);
  }

  /** The rules hold (again) from now on: they count anew. */
  renew(): void {
    for (const rule of this.#rules) rule.renew();
  }

  /** A call that comes while no rule holds: what was done before has its consequences. */
  outside(call: StoppedCall): EntryDecision | undefined {
    if (this.#watchesHandlers && call.nr === RT_SIGACTION) this.#handlers.onSigaction(call);
    const broken = this.#brokenPipes.any ? this.#brokenPipes.metBy(new CallFacts(call)) : undefined;
    return broken && this.#underWay.add(call.task, broken.entry, [broken.exit]);
  }

  get passesCalls(): boolean {
    return this.#rules.some((rule) => rule.onlyCounts);
  }

  mayPass(task: Task, nr: number): number {
    if (this.#watchesHandlers && nr === RT_SIGACTION) return 0;
    if (this.#quirks.watched.has(nr) || this.#brokenPipes.any) return 0;
    if (this.#related.get(nr)?.some(({ fired }) => fired === 0)) return 0;
    const rules = this.#byNumber.get(nr) ?? [];
    return Math.min(Number.POSITIVE_INFINITY, ...rules.map((rule) => rule.mayPass(task, nr)));
  }

  passed(task: Task, nr: number, count: number): void {
    for (const rule of this.#byNumber.get(nr) ?? []) rule.passed(task, nr, count);
  }

  onExit(call: StoppedCall): ExitDecision | undefined {
    return this.#underWay.comesBack(call);
  }

  onTaskStart(task: Task, nowMs: number, parent: Task | undefined): void {
    if (Number.isNaN(this.#startMs)) {
      this.#startMs = nowMs;
      this.#beginAt(task);
    }
    if (parent) this.#handlers.onBirth(task, parent.tgid);
  }

  onExec(task: Task): void {
    this.#handlers.onExec(task);
    // A command that is launched may have got its directory on the way.
    if (!this.#directoryKnown) this.#beginAt(task);
    this.#directoryKnown = true;
  }

  onTaskEnd(task: Task): void {
    this.#underWay.forget(task);
    this.#handlers.onEnd(task);
    for (const rule of this.#rules) rule.forget(task);
  }

  /** Relative paths of rules begin where the command does. */
  #beginAt({ tid }: Task): void {
    const directory = linkOf(`/proc/${tid}/cwd`);
    if (directory !== undefined) for (const rule of this.#rules) rule.beginIn(directory);
  }

  /** A rule whose condition is the result: it is counted now, and only its effects at the exit can be had. */
  #decideAtExit(rule: ArmedRule, call: StoppedCall, elapsedMs: number): ExitDecision | undefined {
    if (!rule.chooses(call)) return undefined;
    let exit: ExitDecision | undefined;
    for (const effect of this.#fire(rule, new CallFacts(call), elapsedMs) ?? []) {
      const decision = effect.exit?.(call) ?? atExitOf(effect.entry);
      exit = mergeExits(exit, decision);
    }
    return exit;
  }

  #fire(rule: ArmedRule, facts: CallFacts, elapsedMs: number): readonly Effect[] | undefined {
    const { call } = facts;
    const { semantics, realism } = rule.rule;
    const injection = rule.source.choose({
      call,
      facts,
      semantics,
      realism,
      deliberate: isDeliberate(rule.name),
      key: rule.keyOf(call.task),
      ordinal: decisionOrdinal(call),
      handlers: this.#handlers,
      brokenPipes: this.#brokenPipes,
      quirks: this.#quirks,
    });
    if (!injection) {
      rule.impossible += 1;
      return undefined;
    }
    rule.fire(call.task);
    for (const { begin } of injection.effects) begin?.();
    this.#onFault({
      rule: rule.name,
      lineage: call.task.lineage,
      tid: call.task.tid,
      syscall: syscallName(call.nr),
      ordinal: call.ordinal,
      timeMs: elapsedMs,
      fault: injection.fault,
      semantics,
      way: isDeliberate(rule.name) ? undefined : wayOf(facts),
    });
    return injection.effects;
  }
}

function add<T>(map: Map<number, T[]>, key: number, item: T): void {
  const items = map.get(key);
  if (items) items.push(item);
  else map.set(key, [item]);
}

function sourceOf({ inject }: PlannedRule): FaultSource {
  if (inject.kind === 'fixed') return fixedFault(inject.fault);
  const { learned } = inject.faults;
  return learned ? learnedFault(learned) : randomFault(inject.faults);
}
