import type { PreparedLimits } from '../../chaos/basic/limits.ts';
import type { ChaosConfig } from '../../chaos/config.ts';
import type { PreparedNetwork } from '../../chaos/network/prepared-network.ts';
import type { ChaosSettings } from '../../chaos/settings.ts';
import type { Recording } from '../../faults/replay-file.ts';
import type { RenacerError } from '../../model/errors.ts';
import type { CheckUse, TimeoutUse } from '../../model/run-result.ts';
import type { PhaseUse, ProbeUse } from '../../model/scenario.ts';
import type { Ended } from '../engine/engine-messages.ts';
import type { TracingPlan } from '../engine/engine-plan.ts';
import type { EarlyEnd } from './judge.ts';

/** All that is known when a run is over. */
export interface RunFacts {
  readonly command: readonly string[];
  readonly seed: number;
  readonly chaos: ChaosConfig | undefined;
  /** Those of a recording included. */
  readonly settings: ChaosSettings;
  readonly limits: PreparedLimits;
  readonly network: PreparedNetwork | undefined;
  readonly tracing: TracingPlan | undefined;
  /** When the command was executed, by the monotonic clock. */
  readonly startMs: number;
  readonly ended: Ended;
  /** Why it was ended before its time. */
  readonly early: EarlyEnd | undefined;
  readonly timeout: TimeoutUse | undefined;
  readonly durationMs: number;
  readonly checks: readonly CheckUse[];
  /** Undefined without a configuration that has phases. */
  readonly phases: readonly PhaseUse[] | undefined;
  readonly probes: readonly ProbeUse[];
  /** What those say of the steady state; undefined if it held. */
  readonly unsteady: RenacerError | undefined;
  /** What of Renacer's own files could not be written, for people. */
  readonly unwritten: string | undefined;
  /** The faults that were to come again. */
  readonly replay: Recording | undefined;
  readonly stdout: string | undefined;
  readonly stderr: string | undefined;
  /** Processes that ran already. */
  readonly attached?: readonly number[] | undefined;
}
