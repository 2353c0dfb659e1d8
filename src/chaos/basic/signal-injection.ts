import { type DecisionKey, decisionKey, drawIndex, drawUnit } from '../../faults/decisions.ts';
import type { FirstAndLast } from '../../faults/first-and-last.ts';
import { type SentSignal, SentSignals } from '../../faults/sent-signals.ts';
import { signalByName } from '../../faults/strace-names.ts';
import type { EntryDecision, Policy, StoppedCall, StoppedSignal } from '../../tracer/policy.ts';
import type { Task } from '../../tracer/task.ts';

/** Chance of a signal at each system call, unless the configuration says otherwise. */
export const DEFAULT_SIGNAL_RATE = 0.0002;

/** A process that makes no system call gets a signal after this long on average, in milliseconds. */
const QUIET_MEAN_MS = 2500;
/** How often quiet processes are looked for. */
const LOOK_EVERY_MS = 250;

const RULE = 'signal_injection';
/** The choices made at each moment: how far the next one is, and which signal it is. */
const DRAW = { gap: 0, signal: 1, quiet: 2 } as const;

export interface SignalPlan {
  readonly seed: number;
  /** Names, such as SIGTERM. */
  readonly signals: readonly string[];
  /** Chance at each system call, 0 to 1. */
  readonly rate: number;
}

interface Life {
  readonly key: DecisionKey;
  readonly task: Task;
  readonly bornMs: number;
  /** The ordinal of the call at which the next signal comes, and which moment that is. */
  nextCall: number;
  moments: number;
  /** For a whole process: how long it must be quiet for the next signal, and how many came so. */
  quietGapMs: number;
  quietMoments: number;
  lastQuietMs: number;
}

/**
 * Signals at seeded moments. A task's moments are counted in its own system calls, so that they come again in the next
 * run; a process that makes none (it computes, or it waits) gets its signals by time.
 */
export class SignalInjection implements Policy {
  readonly armed = 'all';
  readonly #plan: SignalPlan;
  readonly #lives = new Map<Task, Life>();
  readonly #sent: SentSignals;
  #startMs = Number.NaN;
  #nextLookMs = Number.POSITIVE_INFINITY;

  /** `onSent` is told of each signal when it is sent. */
  constructor(plan: SignalPlan, onSent: (sent: SentSignal) => void) {
    this.#plan = plan;
    this.#sent = new SentSignals(onSent);
  }

  get sent(): FirstAndLast<SentSignal> {
    return this.#sent.all;
  }

  onTaskStart(task: Task, nowMs: number): void {
    if (Number.isNaN(this.#startMs)) {
      this.#startMs = nowMs;
      this.#nextLookMs = nowMs + LOOK_EVERY_MS;
    }
    const key = decisionKey(this.#plan.seed, RULE, task.lineage);
    const life: Life = {
      key,
      task,
      bornMs: nowMs,
      nextCall: 0,
      moments: 0,
      quietGapMs: 0,
      quietMoments: 0,
      lastQuietMs: nowMs,
    };
    life.nextCall = this.#gap(life);
    life.quietGapMs = quietGap(life);
    this.#lives.set(task, life);
  }

  /** It holds (again) from now on: each task's moments are counted from here. */
  renew(): void {
    for (const life of this.#lives.values()) life.nextCall = life.task.calls + this.#gap(life);
  }

  onTaskEnd(task: Task, status: number): void {
    this.#lives.delete(task);
    this.#sent.onTaskEnd(task, status);
  }

  onEntry(call: StoppedCall): EntryDecision | undefined {
    const life = this.#lives.get(call.task);
    if (!life || call.task.calls < life.nextCall) return undefined;
    const signal = this.#choose(life, life.moments);
    life.moments += 1;
    life.nextCall += this.#gap(life);
    const timeMs = call.task.enteredAt - this.#startMs;
    this.#sent.log(call.task, { rule: RULE, timeMs, moment: 'call', signal });
    return { signals: [signalByName(signal)!] };
  }

  onSignal(signal: StoppedSignal): void {
    this.#sent.onSignal(signal);
  }

  nextTime(): number {
    return this.#lives.size > 0 ? this.#nextLookMs : Number.POSITIVE_INFINITY;
  }

  onTime(nowMs: number): { task: Task; signal: number }[] {
    if (nowMs < this.#nextLookMs) return [];
    this.#nextLookMs = nowMs + LOOK_EVERY_MS;
    const due: { task: Task; signal: number }[] = [];
    for (const life of this.#quietProcesses(nowMs)) {
      const signal = this.#choose(life, -1 - life.quietMoments);
      life.quietMoments += 1;
      life.lastQuietMs = nowMs;
      life.quietGapMs = quietGap(life);
      this.#sent.log(life.task, { rule: RULE, timeMs: nowMs - this.#startMs, moment: 'time', signal });
      due.push({ task: life.task, signal: signalByName(signal)! });
    }
    return due;
  }

  /** The leaders of processes none of whose threads has made a call for as long as their gap says. */
  #quietProcesses(nowMs: number): Life[] {
    const lastCall = new Map<number, number>();
    for (const { task, lastQuietMs } of this.#lives.values()) {
      lastCall.set(task.tgid, Math.max(lastCall.get(task.tgid) ?? 0, task.enteredAt, lastQuietMs));
    }
    return [...this.#lives.values()].filter(
      ({ task, quietGapMs }) => task.tid === task.tgid && nowMs - lastCall.get(task.tgid)! >= quietGapMs,
    );
  }

  /** Calls until the next signal: geometrically distributed. */
  #gap(life: Life): number {
    if (this.#plan.rate <= 0) return Number.POSITIVE_INFINITY;
    if (this.#plan.rate >= 1) return 1;
    const unit = drawUnit(life.key, life.moments, DRAW.gap);
    return 1 + Math.floor(Math.log(1 - unit) / Math.log(1 - this.#plan.rate));
  }

  #choose(life: Life, moment: number): string {
    const { signals } = this.#plan;
    return signals[drawIndex(life.key, moment, signals.length, DRAW.signal)]!;
  }
}

/** Between half and one and a half of the mean: never so short that a mere pause counts, never so long that none comes. */
function quietGap(life: Life): number {
  return QUIET_MEAN_MS * (0.5 + drawUnit(life.key, life.quietMoments, DRAW.quiet));
}
