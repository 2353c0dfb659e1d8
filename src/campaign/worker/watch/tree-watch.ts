import { readlinkSync } from 'node:fs';
import path from 'node:path';
import { CLOCK_CALLS } from '../../../faults/still/index.ts';
import type { RunEnd } from '../../../model/sweep.ts';
import { syscallName } from '../../../syscalls/syscall-table.ts';
import type { ServiceDriver } from '../service-driver.ts';
import { PendingTimers } from './pending-timers.ts';
import { type LiveTask, type Sleep, SleepingTree, whereTheySleep } from './sleeping-tree.ts';
import { hasSocketTimeOut } from './socket-time-outs.ts';
import { FEW_CALLS, type SpinLimit } from './spin-limits.ts';
import { ownStarvedNs, runTimesOf, starvedNsOf } from './waits.ts';

const NS_PER_MS = 1e6;
/** How many deadlines a run has at most that is kept waiting. */
const MOST_DEADLINES = 6;

/** Who has slept for so long, or ten times as long as a clean run takes, sleeps for good. */
const ASLEEP_MS = 100;
/** The same where nothing is known yet of how long a clean run takes. */
const FIRST_ASLEEP_MS = 2000;
/** The same where only threads tick: see {@link Sleep}. */
const TICKING_MS = 1000;
/** The same of processes that the command has left behind. */
const LEFT_ASLEEP_MS = 50;
const FACTOR = 10;
/** A tree that has computed for so long beyond ten clean runs may spin: all its calls are counted. If those are few, it computes without end after this. */
const SUSPECT_CPU_MS = 50;
const MAX_CPU_MS = 1000;
/** How often a tree is looked at that has not ended: most have by then. A service must be answered. */
const LOOK_MS = 20;
const SERVICE_LOOK_MS = 5;

/** What a run may take. */
export interface RunLimits {
  /** When to give up, if neither a hang nor a spin was seen. */
  readonly deadlineMs: number;
  /** The clean run's calls, by name: a call is a spin if it is made `200 + 10 x` as often. Undefined in clean runs. */
  readonly usualCalls: Readonly<Record<string, number>> | undefined;
  /** How long the clean run took: a tree hangs that sleeps ten times as long. Undefined in clean runs. */
  readonly usualMs: number | undefined;
}

/** What is to be done after a look: nothing; all calls are to be counted; the command is to get SIGTERM; all are to be killed. */
export type Measure = 'none' | 'count' | 'terminate' | 'kill';

/**
 * Says when a run that would not end is to be ended: one that repeats a call, one that sleeps for good, one that takes too long, and what
 * the command leaves running. Leads a service through its life meanwhile.
 */
export class TreeWatch {
  readonly lookMs: number;
  readonly #limits: RunLimits;
  readonly #spinLimit: SpinLimit;
  readonly #failing: readonly string[];
  readonly #service: ServiceDriver | undefined;
  readonly #asleepMs: number;
  readonly #tickingMs: number;
  readonly timers: PendingTimers = new PendingTimers();
  readonly #calls = new Map<string, number>();
  readonly #sleep = new SleepingTree();
  /** Programs of processes that were ended, since their command was gone. */
  leftRunning: readonly string[] = [];
  /** Undefined if the run has come to its end by itself. */
  end: RunEnd | undefined;
  #startMs = 0;
  /** Of this thread, at the start: while it has no CPU, whom it traces stands still. */
  #starvedNs = 0;
  #rootHasEnded = false;

  /** `failing`: the calls that faults are injected into. */
  constructor(
    limits: RunLimits,
    service: ServiceDriver | undefined,
    spinLimit: SpinLimit,
    failing: readonly string[] = [],
  ) {
    this.#limits = limits;
    this.#spinLimit = spinLimit;
    this.#failing = failing;
    this.#service = service;
    this.#asleepMs = limits.usualMs === undefined ? FIRST_ASLEEP_MS : Math.max(ASLEEP_MS, FACTOR * limits.usualMs);
    this.#tickingMs = Math.max(TICKING_MS, FACTOR * (limits.usualMs ?? 0));
    this.lookMs = service ? SERVICE_LOOK_MS : LOOK_MS;
  }

  begin(nowMs: number): void {
    this.#startMs = nowMs;
    this.#starvedNs = ownStarvedNs();
  }

  /** So many calls were made before it began. */
  madeBefore(syscall: string, times: number): void {
    this.#calls.set(syscall, times);
  }

  /** A call is made. True if that is once too often: all are to be killed. Who looks at the clock waits, be it busily. */
  isSpin(nr: number): boolean {
    const { usualCalls } = this.#limits;
    if (!usualCalls || CLOCK_CALLS.has(nr)) return false;
    const syscall = syscallName(nr);
    const times = (this.#calls.get(syscall) ?? 0) + 1;
    this.#calls.set(syscall, times);
    if (times <= this.#spinLimit(syscall) + FACTOR * (usualCalls[syscall] ?? 0)) return false;
    this.end ??= this.#failingOf(syscall, times);
    return true;
  }

  /** Other calls of a round, such as gettid, may come to their limits first: a spin is named by the call that fails in it. */
  #failingOf(syscall: string, times: number): RunEnd {
    const isOfRounds = (name: string): boolean => (this.#calls.get(name) ?? 0) * FACTOR >= times;
    const name = this.#failing.find(isOfRounds) ?? syscall;
    return { kind: 'spinning', syscall: name, times: this.#calls.get(name)! };
  }

  /** The call that a run has spent its time with that would not end: fewer than make a spin by themselves are enough. */
  #mostRepeated(): RunEnd | undefined {
    const { usualCalls = {} } = this.#limits;
    const [most] = [...this.#calls]
      .filter(([syscall, times]) => times > FEW_CALLS + FACTOR * (usualCalls[syscall] ?? 0))
      .sort(([, a], [, b]) => b - a);
    return most && this.#failingOf(...most);
  }

  rootEnded(): void {
    this.#rootHasEnded = true;
    this.#service?.ended(this.end !== undefined);
  }

  /** `tasks`: all that live; none if the tree has just ended. */
  look(tasks: readonly LiveTask[], nowMs: number): Measure {
    if (tasks.length === 0) return 'none';
    const asleep = this.#sleep.look(tasks, nowMs);
    const sleptMs = asleep ? nowMs - asleep.sinceMs : 0;
    const afterMs = nowMs - this.#startMs;
    const computedMs = this.#limits.usualCalls && !asleep ? cpuMs(tasks) - FACTOR * (this.#limits.usualMs ?? 0) : 0;
    const isLate = this.#isLate(tasks, afterMs);
    if (this.#rootHasEnded) {
      if (sleptMs < LEFT_ASLEEP_MS && !isLate) return 'none';
      this.leftRunning = [...new Set(tasks.filter(({ tid, tgid }) => tid === tgid).map(programOf))].sort();
      return 'kill';
    }
    if (asleep && this.#hangs(asleep, nowMs) && !tasks.some(hasSocketTimeOut)) {
      this.end ??= { kind: 'hung', afterMs, where: whereTheySleep(tasks, nameOf) };
    } else if (computedMs >= MAX_CPU_MS) {
      this.end ??= this.#mostRepeated() ?? { kind: 'spinning', syscall: undefined, times: 0 };
    } else if (isLate) {
      this.end ??= this.#mostRepeated() ?? { kind: 'deadline', afterMs };
    } else {
      const step = this.#service?.step(nowMs);
      if (step === 'terminate') return 'terminate';
      if (step !== 'give up') return computedMs >= SUSPECT_CPU_MS ? 'count' : 'none';
      this.end ??= { kind: 'hung', afterMs, where: whereTheySleep(tasks, nameOf) };
    }
    return 'kill';
  }

  /** On a busy machine a run may well take longer than usual: what it was kept waiting for a CPU does not count, up to a limit. */
  #isLate(tasks: readonly LiveTask[], afterMs: number): boolean {
    const { deadlineMs } = this.#limits;
    if (afterMs < deadlineMs) return false;
    if (afterMs >= MOST_DEADLINES * deadlineMs) return true;
    const kept = tasks.reduce((sum, { tid }) => sum + starvedNsOf(tid), ownStarvedNs() - this.#starvedNs);
    return afterMs - kept / NS_PER_MS >= deadlineMs;
  }

  /** A server that waits for its client, or somebody whom a timer will wake, does not. */
  #hangs({ sinceMs, forGood, tickingSinceMs }: Sleep, nowMs: number): boolean {
    if (this.#service?.phase === 'serving') return false;
    const quietMs = nowMs - this.timers.lastMs;
    if (forGood && Math.min(quietMs, nowMs - sinceMs) >= this.#asleepMs) return true;
    return Math.min(quietMs, nowMs - (tickingSinceMs ?? nowMs)) >= this.#tickingMs;
  }
}

/** What all of them have computed. */
function cpuMs(tasks: readonly LiveTask[]): number {
  return tasks.reduce((sum, { tid }) => sum + Number.parseInt(runTimesOf(tid) ?? '0', 10) / NS_PER_MS, 0);
}

/** The path of the program that a process executes. */
function programOf({ tgid }: LiveTask): string {
  try {
    return readlinkSync(`/proc/${tgid}/exe`);
  } catch {
    // It has ended meanwhile.
    return `process ${tgid}`;
  }
}

function nameOf(task: LiveTask): string {
  return path.basename(programOf(task));
}
