import type { Recording } from '../../../faults/replay-file.ts';
import type { FuzzObservation, FuzzRun } from '../../../model/fuzz.ts';
import type { PerformOptions } from '../../sweep/performer.ts';
import { OrdinaryEngine } from '../../sweep/worker/ordinary-engine.ts';
import type { Scene } from '../../worker/scene.ts';
import { resourceLimits } from './resource-limits.ts';

/** Runs a subject as `renacer replay` does, with all of its adversity. What is seen it tells as the warm engine. */
export class OrdinaryFuzzRuns {
  readonly #engine: OrdinaryEngine;

  constructor(scene: Scene) {
    this.#engine = new OrdinaryEngine(scene);
  }

  /** Nothing may be left to draw. Rejects with a RenacerError for what Renacer itself can't do. */
  async perform(run: FuzzRun, options: PerformOptions): Promise<FuzzObservation> {
    const { faults, limits, switches } = run;
    const schedule: Recording['schedule'] = switches.length === 0 ? undefined : { points: 'calls', switches };
    const seen = await this.#engine.perform(faults, options, { schedule, rlimits: resourceLimits(limits) });
    return { ...seen, made: { faults: faults.slice(0, seen.injected), limits, switches }, notExact: [] };
  }
}
