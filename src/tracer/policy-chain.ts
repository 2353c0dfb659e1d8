import { mergeEntries, mergeExits, preventsCall } from './decisions.ts';
import type { Choice, EntryDecision, ExitDecision, Policy, StoppedCall, StoppedSignal } from './policy.ts';
import type { Task } from './task.ts';

/** Several policies as one: all are asked, and what they decide is merged (decisions.ts). */
export class PolicyChain implements Policy {
  readonly armed: Policy['armed'];
  readonly needsProgramEntry: boolean;
  readonly hidesVdso: boolean;
  readonly fixesRandomBytes: boolean;
  readonly #policies: readonly Policy[];
  /** Those that have something to do by the clock. */
  readonly #timed: readonly Policy[];

  constructor(policies: readonly Policy[]) {
    this.#policies = policies;
    this.#timed = policies.filter(({ nextTime }) => nextTime !== undefined);
    this.needsProgramEntry = policies.some((policy) => policy.needsProgramEntry === true);
    this.hidesVdso = policies.some((policy) => policy.hidesVdso === true);
    this.fixesRandomBytes = policies.some((policy) => policy.fixesRandomBytes === true);
    this.armed = unionOf(policies);
  }

  onEntry(call: StoppedCall): EntryDecision | undefined {
    let decision: EntryDecision | undefined;
    for (const policy of this.#policies) {
      if (policy.armed !== 'all' && !policy.armed.has(call.nr)) continue;
      if (policy.onlyCallsThatHappen && decision && preventsCall(decision)) continue;
      decision = mergeEntries(decision, policy.onEntry(call));
    }
    return decision;
  }

  staysAtProgramEntry(task: Task): boolean {
    return this.#policies.map((policy) => policy.staysAtProgramEntry?.(task)).includes(true);
  }

  get wantsEveryCall(): boolean {
    return this.#policies.some((policy) => policy.wantsEveryCall === true);
  }

  onEveryCall(nr: number): boolean {
    return this.#policies.map((policy) => policy.onEveryCall?.(nr)).includes(true);
  }

  get passesCalls(): boolean {
    return this.#policies.some((policy) => policy.passesCalls === true);
  }

  mayPass(task: Task, nr: number): number {
    return Math.min(...this.#askedAbout(nr).map((policy) => policy.mayPass?.(task, nr) ?? 0));
  }

  passed(task: Task, nr: number, count: number): void {
    for (const policy of this.#askedAbout(nr)) policy.passed?.(task, nr, count);
  }

  onExit(call: StoppedCall): ExitDecision | undefined {
    let decision: ExitDecision | undefined;
    for (const policy of this.#policies) decision = mergeExits(decision, policy.onExit?.(call));
    return decision;
  }

  /** The first that has an opinion. */
  pick(choice: Choice): Task {
    for (const policy of this.#policies) if (policy.pick) return policy.pick(choice);
    return choice.usual;
  }

  gaveWay(task: Task): void {
    for (const policy of this.#policies) policy.gaveWay?.(task);
  }

  onSignal(signal: StoppedSignal): void {
    for (const policy of this.#policies) policy.onSignal?.(signal);
  }

  onTaskStart(task: Task, nowMs: number, parent: Task | undefined): void {
    for (const policy of this.#policies) policy.onTaskStart?.(task, nowMs, parent);
  }

  onExec(task: Task): void {
    for (const policy of this.#policies) policy.onExec?.(task);
  }

  onTaskEnd(task: Task, status: number): void {
    for (const policy of this.#policies) policy.onTaskEnd?.(task, status);
  }

  mayWake(): boolean {
    return this.#policies.some(mayWake);
  }

  nextTime(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const policy of this.#timed) next = Math.min(next, policy.nextTime!());
    return next;
  }

  onTime(nowMs: number): readonly { readonly task: Task; readonly signal: number }[] {
    return this.#policies.flatMap((policy) => policy.onTime?.(nowMs) ?? []);
  }

  #askedAbout(nr: number): readonly Policy[] {
    return this.#policies.filter(({ armed }) => armed === 'all' || armed.has(nr));
  }
}

/** Whether what it does by the clock may wake a task that sleeps. */
export function mayWake(policy: Policy): boolean {
  return policy.mayWake?.() ?? (policy.nextTime?.() ?? Number.POSITIVE_INFINITY) < Number.POSITIVE_INFINITY;
}

function unionOf(policies: readonly Policy[]): Policy['armed'] {
  const union = new Set<number>();
  for (const { armed } of policies) {
    if (armed === 'all') return armed;
    for (const nr of armed) union.add(nr);
  }
  return union;
}
