import type { PhaseGate } from '../../chaos/scenario/phase-gate.ts';
import type { ArgumentConditions } from '../../linux/seccomp-filter.ts';
import type { EntryDecision, ExitDecision, Policy, StoppedCall, StoppedSignal } from '../../tracer/policy.ts';
import type { Task } from '../../tracer/task.ts';

/** A policy that may hold for a while only. */
export interface PhasedPolicy extends Policy {
  /** It holds (again) from now on: it counts anew. */
  renew?(): void;
  /** A call that comes while it does not hold. It decides nothing new; what it has done before may have consequences. */
  outside?(call: StoppedCall): EntryDecision | undefined;
}

/** A policy behind a gate: while that is closed its calls stop, and nothing else. What it has begun it brings to an end. */
export class GatedPolicy implements Policy {
  readonly armed: Policy['armed'];
  readonly armedByArgument?: ArgumentConditions;
  readonly needsProgramEntry: boolean;
  readonly hidesVdso: boolean;
  readonly onlyCallsThatHappen: boolean;
  readonly #inner: PhasedPolicy;
  readonly #gate: PhaseGate;
  /** Whether it held at the last call, and in which instance of its phase. */
  #held = false;
  #instance = 0;

  constructor(inner: PhasedPolicy, gate: PhaseGate) {
    this.#inner = inner;
    this.#gate = gate;
    this.armed = inner.armed;
    if (inner.armedByArgument) this.armedByArgument = inner.armedByArgument;
    this.needsProgramEntry = inner.needsProgramEntry === true;
    this.hidesVdso = inner.hidesVdso === true;
    this.onlyCallsThatHappen = inner.onlyCallsThatHappen === true;
  }

  onEntry(call: StoppedCall): EntryDecision | undefined {
    return this.#holds() ? this.#inner.onEntry(call) : this.#inner.outside?.(call);
  }

  onExit(call: StoppedCall): ExitDecision | undefined {
    return this.#inner.onExit?.(call);
  }

  onSignal(signal: StoppedSignal): void {
    this.#inner.onSignal?.(signal);
  }

  onTaskStart(task: Task, nowMs: number, parent: Task | undefined): void {
    this.#inner.onTaskStart?.(task, nowMs, parent);
  }

  onExec(task: Task): void {
    this.#inner.onExec?.(task);
  }

  onTaskEnd(task: Task, status: number): void {
    this.#inner.onTaskEnd?.(task, status);
  }

  nextTime(): number {
    return this.#holds() ? (this.#inner.nextTime?.() ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  }

  onTime(nowMs: number): readonly { readonly task: Task; readonly signal: number }[] {
    return this.#holds() ? (this.#inner.onTime?.(nowMs) ?? []) : [];
  }

  #holds(): boolean {
    const { isOpen, instance } = this.#gate;
    if (isOpen && (!this.#held || instance !== this.#instance)) this.#inner.renew?.();
    this.#held = isOpen;
    this.#instance = instance;
    return isOpen;
  }
}
