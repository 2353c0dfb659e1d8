import { readlinkSync } from 'node:fs';
import path from 'node:path';
import type { RunEnd } from '../../../model/sweep.ts';
import { syscallName } from '../../../syscalls/syscall-table.ts';
import type { EntryDecision, Policy, StoppedCall } from '../../../tracer/policy.ts';
import type { Task } from '../../../tracer/task.ts';
import type { PerformOptions } from '../performer.ts';
import { SleepingTree, whereTheySleep } from './sleeping-tree.ts';

const SIGKILL = 9;
/** How often a tree is looked at that has not ended: most have by then. */
const LOOK_MS = 20;
/** Who has slept for so long, or ten times as long as a clean run takes, sleeps for good. */
const ASLEEP_MS = 100;
/** The same of processes that the command has left behind. */
const LEFT_ASLEEP_MS = 50;
/** More calls of one name than this and ten times as many as a clean run makes are a spin. */
const SPIN_CALLS = 200;
const FACTOR = 10;

type Signals = readonly { readonly task: Task; readonly signal: number }[];
const NONE: Signals = [];

export type RunLimits = Pick<PerformOptions, 'deadlineMs' | 'usualCalls' | 'usualMs'>;

/** Ends a run that would not end: one that repeats a call, one that sleeps for good, one that takes too long; and what the command leaves running. */
export class RunWatch implements Policy {
  readonly armed: Policy['armed'];
  readonly #limits: RunLimits;
  readonly #asleepMs: number;
  readonly #tasks = new Set<Task>();
  readonly #calls = new Map<number, number>();
  readonly #sleep = new SleepingTree();
  /** Programs of processes that it has ended, since their command was gone. */
  readonly leftRunning: string[] = [];
  /** Undefined if the run has come to its end by itself. */
  end: RunEnd | undefined;
  #root: Task | undefined;
  #startMs = 0;
  #rootHasEnded = false;
  #nextMs = Number.POSITIVE_INFINITY;

  /** `counted`: the calls that stop. */
  constructor(counted: Policy['armed'], limits: RunLimits) {
    this.armed = counted;
    this.#limits = limits;
    this.#asleepMs = Math.max(ASLEEP_MS, FACTOR * (limits.usualMs ?? 0));
  }

  onEntry({ nr }: StoppedCall): EntryDecision | undefined {
    const { usualCalls } = this.#limits;
    if (!usualCalls) return undefined;
    const times = (this.#calls.get(nr) ?? 0) + 1;
    this.#calls.set(nr, times);
    if (times < SPIN_CALLS) return undefined;
    const syscall = syscallName(nr);
    if (times <= SPIN_CALLS + FACTOR * (usualCalls[syscall] ?? 0)) return undefined;
    this.end ??= { kind: 'spinning', syscall, times };
    return { kill: true, killsTree: true };
  }

  onTaskStart(task: Task, nowMs: number): void {
    this.#tasks.add(task);
    if (this.#root) return;
    this.#root = task;
    this.#startMs = nowMs;
    this.#nextMs = nowMs + LOOK_MS;
  }

  onTaskEnd(task: Task): void {
    this.#tasks.delete(task);
    if (task === this.#root) this.#rootHasEnded = true;
  }

  nextTime(): number {
    return this.#nextMs;
  }

  onTime(nowMs: number): Signals {
    if (nowMs < this.#nextMs) return NONE;
    this.#nextMs = nowMs + LOOK_MS;
    const asleep = this.#sleep.look(this.#tasks, nowMs);
    const sleptMs = asleep ? nowMs - asleep.sinceMs : 0;
    const afterMs = nowMs - this.#startMs;
    if (this.#rootHasEnded) {
      if (sleptMs < LEFT_ASLEEP_MS && afterMs < this.#limits.deadlineMs) return NONE;
      this.leftRunning.push(...new Set([...this.#tasks].filter(({ tid, tgid }) => tid === tgid).map(programOf)));
    } else if (asleep?.forGood && sleptMs >= this.#asleepMs) {
      this.end ??= { kind: 'hung', afterMs, where: whereTheySleep(this.#tasks, nameOf) };
    } else if (afterMs >= this.#limits.deadlineMs) {
      this.end ??= { kind: 'deadline', afterMs };
    } else {
      return NONE;
    }
    return [...this.#tasks].map((task) => ({ task, signal: SIGKILL }));
  }
}

/** The path of the program that a process executes. */
function programOf({ tgid }: Task): string {
  try {
    return readlinkSync(`/proc/${tgid}/exe`);
  } catch {
    // It has ended meanwhile.
    return `process ${tgid}`;
  }
}

function nameOf(task: Task): string {
  return path.basename(programOf(task));
}
