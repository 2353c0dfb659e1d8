import { muteChildStops } from '../../../linux/signals.ts';
import type { FuzzObservation } from '../../../model/fuzz.ts';
import type { Subject } from '../../../model/subject.ts';
import { Scene } from '../../worker/scene.ts';
import { workplaceOf } from '../../worker/workplace-of.ts';
import { FuzzEngine } from './fuzz-engine.ts';
import type { OrdinaryFuzzRuns } from './ordinary-fuzz-runs.ts';
import type { Job } from './protocol.ts';

/** Performs runs of one subject in one scene, by either engine. */
export class FuzzWorker {
  readonly #scene: Scene;
  readonly #warm: FuzzEngine;
  #ordinary: OrdinaryFuzzRuns | undefined;

  constructor(subject: Subject) {
    this.#scene = new Scene(subject, workplaceOf(subject));
    this.#warm = new FuzzEngine(this.#scene);
  }

  perform({ engine, run, options }: Job): FuzzObservation | Promise<FuzzObservation> {
    return engine === 'warm' ? this.#warm.perform(run, options) : this.#confirm(run, options);
  }

  close(): void {
    this.#warm.close();
    this.#scene.close();
  }

  /** Loaded by the first run that needs it: only findings do. */
  async #confirm(run: Job['run'], options: Job['options']): Promise<FuzzObservation> {
    const { OrdinaryFuzzRuns } = await import('./ordinary-fuzz-runs.ts');
    this.#ordinary ??= new OrdinaryFuzzRuns(this.#scene);
    const observation = await this.#ordinary.perform(run, options);
    // Node.js has installed its handler of SIGCHLD by now: it would run at each stop.
    muteChildStops();
    return observation;
  }
}
