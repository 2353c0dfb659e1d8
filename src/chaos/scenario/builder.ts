import type { FaultRule, PhaseSettings } from '../settings.ts';
import type { ProbeForm } from './probe-form.ts';
import type { TriggerForm } from './trigger-form.ts';

/** A trigger as the builder takes it: one question, and `nth`, `delay`. */
export type TriggerInput = TriggerForm;

/** A phase as the builder takes it: when it is (times are text such as `'5s'`), and what it sets or does. */
export interface PhaseInput extends Omit<PhaseSettings, 'rules'> {
  readonly name: string;
  readonly at?: string;
  readonly on?: TriggerInput | 'request';
  readonly after?: string;
  readonly for?: string;
  readonly until?: TriggerInput;
  readonly every?: string | readonly [string, string];
  readonly times?: number;
  readonly rules?: readonly FaultRule[];
  readonly signal?: string;
  /** `tree`, the lineage of a task, or the name of a program; the command itself by default. */
  readonly signalTo?: string;
  readonly pause?: true;
  /** `true`: by SIGTERM. */
  readonly restart?: true | string;
  /** A shell command, outside of chaos. */
  readonly run?: string;
}

/** A probe as the builder takes it. */
export interface ProbeInput extends Omit<ProbeForm, 'initial_delay' | 'failure_threshold'> {
  readonly initialDelay?: string;
  readonly failureThreshold?: number;
}

/** The methods of the full tier that say what happens when: see docs/scenarios.md. */
export interface ScenarioMethods {
  /** Adds a phase. Throws CONFIG_INVALID for one that could not be. */
  withPhase(phase: PhaseInput): this;
  /** Adds a question about the steady state. Throws CONFIG_INVALID. */
  withSteadyState(probe: ProbeInput): this;
  /** Ends the run when this happens; of several, any. Throws CONFIG_INVALID. */
  withAbortOn(trigger: TriggerInput): this;
  /** A shell command that is run when the run is over, whatever happened. */
  withCleanup(command: string): this;
}
