import { muteChildStops } from '../../../linux/signals.ts';
import type { Subject } from '../../../model/subject.ts';
import type { Observation } from '../../../model/sweep.ts';
import { Scene } from '../../worker/scene.ts';
import { workplaceOf } from '../../worker/workplace-of.ts';
import type { PerformOptions } from '../performer.ts';
import type { OrdinaryEngine } from './ordinary-engine.ts';
import type { Job } from './protocol.ts';
import { WarmEngine } from './warm-engine.ts';

/** Performs runs of one subject in one scene, by either engine. */
export class Worker {
  readonly #scene: Scene;
  readonly #warm: WarmEngine;
  #ordinary: OrdinaryEngine | undefined;
  #options: PerformOptions | undefined;

  constructor(subject: Subject) {
    this.#scene = new Scene(subject, workplaceOf(subject));
    this.#warm = new WarmEngine(this.#scene);
  }

  perform({ engine, faults, options = this.#options, checkpoints = 'auto' }: Job): Observation | Promise<Observation> {
    if (options === undefined) throw new Error('worker: the first job does not say how it is to be performed');
    this.#options = options;
    if (engine === 'ordinary') return this.#confirm(faults, options);
    return this.#warm.perform(faults, options, checkpoints);
  }

  close(): void {
    this.#warm.close();
    this.#scene.close();
  }

  /** Loaded by the first run that needs it: only findings do. */
  async #confirm(faults: Job['faults'], options: PerformOptions): Promise<Observation> {
    const { OrdinaryEngine } = await import('./ordinary-engine.ts');
    // It is to find nobody else in there.
    this.#warm.makeRoom();
    this.#ordinary ??= new OrdinaryEngine(this.#scene);
    const observation = await this.#ordinary.perform(faults, options);
    // Node.js has installed its handler of SIGCHLD by now: it would run at each stop.
    muteChildStops();
    return observation;
  }
}
