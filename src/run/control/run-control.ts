import type { ProbeMoment } from '../../model/scenario.ts';

/** A phase as it stands now. */
export interface PhaseStatus {
  readonly name: string;
  readonly on: boolean;
  /** How many times it has begun. */
  readonly instance: number;
  /** Since when it is on, in milliseconds since the start of the command; null while it is off. */
  readonly since_ms: number | null;
}

/** The last answer of a probe. */
export interface ProbeStatus {
  readonly name: string;
  readonly when: ProbeMoment | null;
  readonly ok: boolean | 'unknown' | null;
  readonly said: string | null;
}

/** What is told of a run from outside. */
export interface RunStatus {
  readonly command: readonly string[];
  /** Of the command's first process. */
  readonly pid: number;
  readonly seed: number;
  readonly elapsed_ms: number;
  readonly phases: readonly PhaseStatus[];
  readonly probes: readonly ProbeStatus[];
}

/** What can be done to a run while it goes on. */
export interface RunControl {
  /** Resolves when the phase is on. Rejects with UNKNOWN_PHASE, PHASE_STATE. */
  begin(phase: string): Promise<void>;
  /** Resolves when it is over. */
  end(phase: string): Promise<void>;
  status(): RunStatus;
}
