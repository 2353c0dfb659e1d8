import { FollowedSwitches } from '../../../chaos/schedule/followed-switches.ts';
import { SchedulePolicy } from '../../../chaos/schedule/schedule-policy.ts';
import { strategyOf } from '../../../chaos/schedule/strategies.ts';
import type { FiredFault } from '../../../faults/fault-policy.ts';
import { ReplayPolicy } from '../../../faults/replay-policy.ts';
import { stillPolicies } from '../../../faults/still/index.ts';
import type { Adversity, FuzzRun } from '../../../model/fuzz.ts';
import type { Switch } from '../../../model/schedule.ts';
import type { CaseFault, Recorded, StruckProcess } from '../../../model/sweep.ts';
import type { Policy } from '../../../tracer/policy.ts';
import { PolicyChain } from '../../../tracer/policy-chain.ts';
import type { StackTracer } from '../../../tracer/unwind/stack-tracer.ts';
import { recordedFaults } from '../../sweep/case-recording.ts';
import type { PerformOptions } from '../../sweep/performer.ts';
import { CallLog } from '../../sweep/worker/call-log.ts';
import { StruckProcesses } from '../../sweep/worker/struck-processes.ts';
import { RunWatch } from '../../worker/watch/run-watch.ts';
import type { TreeWatch } from '../../worker/watch/tree-watch.ts';
import { AftershockPolicy } from './aftershock-policy.ts';
import { type Outlet, OutletWatch } from './outlet-watch.ts';

/** What is known of faults draws nothing. */
const SEED = 0;
/** For pct, which the mix of strategies has in it. */
const DEPTH = 3;
const NO_CALLS: ReadonlySet<number> = new Set();

/** All that has a say in one run, or is told of it. */
export class FuzzPolicies {
  /** All of them as one. */
  readonly all: Policy;
  readonly #run: FuzzRun;
  readonly #struck = new StruckProcesses();
  readonly #log: CallLog | undefined;
  readonly #aftershocks: AftershockPolicy | undefined;
  readonly #outlets: OutletWatch | undefined;
  /** What was met, by what was asked for. */
  readonly #faults = new Map<CaseFault, CaseFault>();
  readonly #switches: Switch[] = [];

  /**
   * @param directory that the command runs in
   * @param tracer who finds stacks; asked for if calls are written down
   */
  constructor(run: FuzzRun, options: PerformOptions, watch: TreeWatch, directory: string, tracer: () => StackTracer) {
    const { stillness, record } = options;
    const { faults, aftershocks } = run;
    this.#run = run;
    const stacks = record ? tracer() : undefined;
    this.#log = stacks && new CallLog(stacks, faults.length === 0 ? 'start' : 'first fault');
    const replay =
      faults.length === 0
        ? undefined
        : new ReplayPolicy({ seed: SEED, faults: recordedFaults(faults) }, (fault) => this.#injected(fault), noSignals);
    this.#aftershocks =
      aftershocks &&
      new AftershockPolicy(aftershocks, directory, (fault, outlet) => this.#met(fault, fault.task, outlet));
    this.#outlets = replay && new OutletWatch(replay.armed);
    const others = [this.#outlets, replay, this.#aftershocks, this.#schedule(), this.#log, stacks];
    const counted = this.#log?.armed ?? replay?.armed ?? NO_CALLS;
    this.all = new PolicyChain([
      new RunWatch(counted, watch),
      this.#struck,
      ...stillPolicies(stillness),
      ...others.filter((policy) => policy !== undefined),
    ]);
  }

  /** What was met, in its order. */
  get made(): Adversity {
    return { faults: [...this.#faults.values()], limits: this.#run.limits, switches: this.#switches };
  }

  get struck(): readonly StruckProcess[] {
    return this.#struck.all;
  }

  get recorded(): Recorded | undefined {
    return this.#log?.recorded();
  }

  get denied(): readonly string[] {
    return this.#log?.denied ?? [];
  }

  #schedule(): Policy | undefined {
    if (!hasTurns(this.#run)) return undefined;
    const { orderSeed: seed, switches } = this.#run;
    const strategy =
      seed === undefined ? new FollowedSwitches(switches) : strategyOf('mix', { seed, depth: DEPTH, counts: {} });
    return new SchedulePolicy(strategy, (made) => this.#switches.push(made));
  }

  /** One that lasts is told again at each call that it comes to. */
  #injected({ lineage: task, syscall, ordinal, rule }: FiredFault): void {
    const fault = this.#run.faults.find(
      (one) =>
        one.task === task && one.ordinal === ordinal && one.syscall === syscall && rule === `${syscall}:${one.fault}`,
    );
    if (fault) this.#met(fault, task, this.#outlets?.outlet);
  }

  /** What it says of the faults before may go to stdout. */
  #met(fault: CaseFault, task: string, outlet: Outlet | undefined): void {
    if (this.#faults.has(fault)) return;
    const isOnStderr = outlet === 'stderr' || (outlet === 'stdout' && this.#faults.size > 0);
    this.#faults.set(fault, { ...fault, ...(isOnStderr && { isOnStderr }) });
    this.#struck.struck(task);
    this.#aftershocks?.begin();
    this.#log?.begin();
  }
}

/** Whether one task runs at a time. */
export function hasTurns({ orderSeed, switches }: FuzzRun): boolean {
  return orderSeed !== undefined || switches.length > 0;
}

/** Signals of a run are faults of calls. */
function noSignals(): void {}
