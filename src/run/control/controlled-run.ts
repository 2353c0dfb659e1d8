import { didYouMean, meantNames } from '../../faults/nearest.ts';
import { monotonicMs } from '../../linux/clock.ts';
import { RenacerError } from '../../model/errors.ts';
import type { ProbeUse } from '../../model/scenario.ts';
import type { PhaseState, RunningPhases } from '../phases/running-phases.ts';
import type { PhaseStatus, ProbeStatus, RunControl, RunStatus } from './run-control.ts';

/** What of the phases is controlled. */
export type ControlledPhases = Pick<RunningPhases, 'begin' | 'end' | 'states'>;

/** What does not change while a run goes on. */
export type Identity = Pick<RunStatus, 'command' | 'pid' | 'seed'> & {
  /** By the monotonic clock. */
  readonly startMs: number;
};

/** A run, for those who tell it what to do. */
export class ControlledRun implements RunControl {
  readonly #identity: Identity;
  readonly #phases: ControlledPhases | undefined;
  readonly #probes: () => readonly ProbeUse[];
  #isOver = false;

  constructor(identity: Identity, phases: ControlledPhases | undefined, probes: () => readonly ProbeUse[]) {
    this.#identity = identity;
    this.#phases = phases;
    this.#probes = probes;
  }

  /** From now on nothing can be told to it. */
  over(): void {
    this.#isOver = true;
  }

  async begin(phase: string): Promise<void> {
    await this.#phasesWith(phase).begin(phase);
  }

  async end(phase: string): Promise<void> {
    await this.#phasesWith(phase).end(phase);
  }

  status(): RunStatus {
    const { startMs, ...identity } = this.#identity;
    return {
      ...identity,
      elapsed_ms: Math.round(monotonicMs() - startMs),
      phases: (this.#phases?.states() ?? []).map(phaseStatus),
      probes: this.#probes().map(probeStatus),
    };
  }

  #phasesWith(phase: string): ControlledPhases {
    if (this.#isOver) throw new RenacerError('PHASE_STATE', 'the run is over');
    const names = (this.#phases?.states() ?? []).map(({ name }) => name);
    if (this.#phases && names.includes(phase)) return this.#phases;
    const meant = meantNames(phase, names);
    const help = meant.length > 0 ? didYouMean(meant) : `allowed: ${names.join(', ')}`;
    throw new RenacerError(
      'UNKNOWN_PHASE',
      `there is no phase ${JSON.stringify(phase)}; ${names.length > 0 ? help : 'this run has no phases'}`,
    );
  }
}

function phaseStatus({ name, isOn, instance, sinceMs }: PhaseState): PhaseStatus {
  return { name, on: isOn, instance, since_ms: sinceMs === undefined ? null : Math.round(sinceMs) };
}

function probeStatus({ name, checks }: ProbeUse): ProbeStatus {
  const last = checks.at(-1);
  return { name, when: last?.when ?? null, ok: last?.ok ?? null, said: last?.said ?? null };
}
