import { isOwnTask } from '../../linux/own-task.ts';
import { allProcessIds, readProcessStat, TICKS_PER_SECOND, tracerOf } from '../../linux/process-stat.ts';
import type { ResourceLimit } from '../../linux/rlimits.ts';
import { carriesMark } from './process-mark.ts';

/**
 * Finds the processes of a run wherever they are: those that carry its mark, or that its tracer traces, and children of those.
 * Each process of the machine is looked at once, when it is first seen, and none that was there before the run: so a scan costs
 * one readdir of /proc.
 */
export class ProcessScan {
  readonly #mark: ResourceLimit | undefined;
  /** By pid: true for a process of the run. */
  #known: Map<number, boolean>;
  #tracer: number | undefined;
  #cpuTicks = new Map<number, number>();
  #endedTicks = 0;

  constructor(mark: ResourceLimit | undefined) {
    this.#mark = mark;
    this.#known = new Map(allProcessIds().map((pid) => [pid, false]));
  }

  /**
   * The root of the tree, when it has been executed: it may have been seen before it was marked. `tracer`: the thread that traces the
   * tree by ptrace(2), if one does; by now the root may have ended, so that nobody could ask.
   */
  add(pid: number, tracer: number | undefined): void {
    this.#known.set(pid, true);
    this.#tracer = tracer;
  }

  processIds(): number[] {
    const known = new Map<number, boolean>();
    for (const pid of allProcessIds()) known.set(pid, this.#known.get(pid) ?? this.#belongs(pid));
    this.#known = known;
    return [...known.keys()].filter((pid) => known.get(pid) && isAlive(pid));
  }

  /** CPU time of the tree, in µs, as far as it was seen: what lives shorter than the time between two looks is missed. */
  cpuTimeUs(): number {
    const now = new Map<number, number>();
    for (const pid of this.processIds()) now.set(pid, readProcessStat(pid)?.cpuTicks ?? this.#cpuTicks.get(pid) ?? 0);
    for (const [pid, ticks] of this.#cpuTicks) if (!now.has(pid)) this.#endedTicks += ticks;
    this.#cpuTicks = now;
    const ticks = [...now.values()].reduce((sum, value) => sum + value, this.#endedTicks);
    return (ticks * 1_000_000) / TICKS_PER_SECOND;
  }

  #belongs(pid: number): boolean {
    if (this.#mark !== undefined && carriesMark(pid, this.#mark)) return true;
    // It traces a task of ours, too, which wakes it.
    if (this.#tracer !== undefined && tracerOf(pid) === this.#tracer) return !isOwnTask(pid);
    // A program that has replaced the mark by a limit of its own is still its parent's child.
    const parent = readProcessStat(pid)?.parent;
    return parent !== undefined && this.#known.get(parent) === true;
  }
}

/** Not gone, and no zombie. */
export function isAlive(pid: number): boolean {
  const state = readProcessStat(pid)?.state;
  return state !== undefined && state !== 'Z' && state !== 'X';
}
