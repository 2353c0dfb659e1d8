import { readdirSync, readFileSync } from 'node:fs';
import { CLOCK_CALLS, stillPolicies } from '../../../../faults/still/index.ts';
import { monotonicMs } from '../../../../linux/clock.ts';
import { type GatedProcess, LaunchError } from '../../../../linux/gated-process.ts';
import { SECOND_PID } from '../../../../linux/namespaces.ts';
import { readProcFile } from '../../../../linux/process-stat.ts';
import { NO_RECORDER } from '../../../../tracer/event-recorder.ts';
import type { Following } from '../../../../tracer/following.ts';
import { ForkPoint, type ForkTools } from '../../../../tracer/fork-point.ts';
import type { Policy } from '../../../../tracer/policy.ts';
import { PolicyChain } from '../../../../tracer/policy-chain.ts';
import { StopLoop } from '../../../../tracer/stop-loop.ts';
import type { Task } from '../../../../tracer/task.ts';
import type { PerformOptions } from '../../performer.ts';
import { Halt } from './halt.ts';
import { OwnIds } from './own-ids.ts';
import { type Looks, refusalOf } from './refusals.ts';
import type { Trail } from './trail.ts';

const FOLLOWING: Following = { method: 'seccomp', tree: true };
const NS_PER_MS = 1e6;

export interface ZygoteSpec {
  /** The calls that stop, in it and in its copies. */
  readonly armed: Policy['armed'];
  readonly options: Pick<PerformOptions, 'stillness' | 'deadlineMs'>;
  /** Directories whose files are put back between runs. */
  readonly changing: readonly string[];
  /** Starts the command. */
  readonly start: (armed: Policy['armed']) => GatedProcess;
  /** Writes down what it does. */
  readonly trail?: Trail | undefined;
}

/** The command, as it stands at its entry point, the loader behind it: runs go on from copies of it. */
export class Zygote {
  readonly armed: Policy['armed'];
  /** How many calls of each number it has made, of those that stop. */
  readonly calls: ReadonlyMap<number, number>;
  readonly #point: ForkPoint;

  private constructor(armed: Policy['armed'], calls: ReadonlyMap<number, number>, point: ForkPoint) {
    this.armed = armed;
    this.calls = calls;
    this.#point = point;
  }

  /** Makes one; or says why it would not be sound. */
  static make(tools: ForkTools, { armed, options, changing, start, trail }: ZygoteSpec): Zygote | string {
    const ids = new OwnIds();
    const halt = new Halt(monotonicMs() + options.deadlineMs);
    const chain = new PolicyChain([...stillPolicies(options.stillness), ids, ...(trail ? [trail] : []), halt]);
    const all = armed === 'all' || chain.armed === 'all' ? 'all' : new Set([...armed, ...chain.armed]);
    const loop = new StopLoop(FOLLOWING, NO_RECORDER, chain, {
      keepsWakeupTask: true,
      isPinned: true,
      until: () => halt.task !== undefined,
    });
    try {
      loop.launch(start(all), () => {});
      loop.run();
    } catch (error) {
      if (!(error instanceof LaunchError)) throw error;
      return `it could not be started: ${error.message}`;
    }
    const { task } = halt;
    if (task === undefined) return 'it does not come to its entry point';
    const point = ForkPoint.at(tools, task.tid, ids.tidAddress);
    const looks = looksOf(task.tid);
    const refusal =
      (looks ? refusalOf(looks, changing) : NOT_SEEN) ?? clockRefusal(task, options) ?? (point ? undefined : NO_ROOM);
    if (point && refusal === undefined) return new Zygote(all, new Map(task.callCounts), point);
    for (const { tid } of halt.tasks) tools.kill(tid);
    return refusal!;
  }

  /** Whether a run with these calls armed may go on from a copy. */
  stopsAt(armed: Policy['armed']): boolean {
    if (this.armed === 'all') return true;
    if (armed === 'all') return false;
    for (const nr of armed) if (!this.armed.has(nr)) return false;
    return true;
  }

  /** A copy, which stands stopped; undefined if there can be none any more. */
  fork(): number | undefined {
    return this.#point.fork(SECOND_PID);
  }

  /** The CPU time that it has taken: copies are made in it. Its copies' own is not among that. */
  cpuMs(): number {
    return Number.parseInt(readProcFile(`/proc/${this.#point.pid}/schedstat`) ?? '0', 10) / NS_PER_MS;
  }

  end(): void {
    this.#point.end();
  }
}

const NOT_SEEN = 'the kernel does not show what it has';
const NO_ROOM = 'there is no room for code of ours';

/** A clock that stands still but for its looks goes on from there in a whole run. */
function clockRefusal({ callCounts }: Task, { stillness }: Pick<PerformOptions, 'stillness'>): string | undefined {
  return stillness.clock && [...CLOCK_CALLS].some((nr) => callCounts.has(nr))
    ? 'it has looked at the clock'
    : undefined;
}

/** Undefined if the process is gone, or if this kernel was built without some of it. */
function looksOf(pid: number): Looks | undefined {
  const read = (name: string): string => readFileSync(`/proc/${pid}/${name}`, 'latin1');
  try {
    return {
      status: read('status'),
      children: read(`task/${pid}/children`),
      descriptors: new Map(readdirSync(`/proc/${pid}/fdinfo`).map((fd) => [Number(fd), read(`fdinfo/${fd}`)])),
      maps: read('maps'),
      timers: read('timers'),
    };
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
