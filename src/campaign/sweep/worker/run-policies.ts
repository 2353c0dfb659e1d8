import type { FiredFault } from '../../../faults/fault-policy.ts';
import { ReplayPolicy } from '../../../faults/replay-policy.ts';
import { stillPolicies } from '../../../faults/still/index.ts';
import type { CaseFault, Recorded, StruckProcess } from '../../../model/sweep.ts';
import type { Policy } from '../../../tracer/policy.ts';
import { PolicyChain } from '../../../tracer/policy-chain.ts';
import type { StackTracer } from '../../../tracer/unwind/stack-tracer.ts';
import { RunWatch } from '../../worker/watch/run-watch.ts';
import type { TreeWatch } from '../../worker/watch/tree-watch.ts';
import { recordedFaults } from '../case-recording.ts';
import type { PerformOptions } from '../performer.ts';
import { CallLog } from './call-log.ts';
import { StruckProcesses } from './struck-processes.ts';

/** Faults of a case draw nothing. */
const SEED = 0;

/** All that has a say in one run of the warm engine, or is told of it. */
export class RunPolicies {
  readonly #struck = new StruckProcesses();
  readonly #replay: ReplayPolicy | undefined;
  readonly #log: CallLog | undefined;
  /** All of them as one. */
  readonly all: Policy;

  /** `tracer`: who finds stacks; asked for if calls are written down. `extra`: somebody else who is told. */
  constructor(
    faults: readonly CaseFault[],
    options: PerformOptions,
    watch: TreeWatch,
    tracer: () => StackTracer,
    extra?: Policy,
  ) {
    const { stillness, record } = options;
    const stacks = record ? tracer() : undefined;
    this.#log = stacks && new CallLog(stacks, faults.length === 0 ? 'start' : 'first fault');
    this.#replay =
      faults.length === 0
        ? undefined
        : new ReplayPolicy({ seed: SEED, faults: recordedFaults(faults) }, (fault) => this.#injected(fault), noSignals);
    const counted = this.#log?.armed ?? this.#replay?.armed ?? NO_CALLS;
    const others = [...stillPolicies(stillness), this.#replay, this.#log, stacks, extra].filter(
      (policy) => policy !== undefined,
    );
    this.all = new PolicyChain([new RunWatch(counted, watch), this.#struck, ...others]);
  }

  /** How many faults of the case were injected. */
  get injected(): number {
    return this.#replay?.use().injected ?? 0;
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

  #injected({ lineage }: FiredFault): void {
    this.#struck.struck(lineage);
    this.#log?.begin();
  }
}

const NO_CALLS: ReadonlySet<number> = new Set();

/** Cases have none. */
function noSignals(): void {}
