import { muteChildStops } from '../../../linux/signals.ts';
import type { OrderObservation } from '../../../model/explore.ts';
import type { Subject } from '../../../model/subject.ts';
import { Scene } from '../../worker/scene.ts';
import { workplaceOf } from '../../worker/workplace-of.ts';
import type { OrdinaryRuns } from './ordinary-runs.ts';
import type { Job } from './protocol.ts';
import { TurnEngine } from './turn-engine.ts';

/** Runs one subject in one order after another, in one scene, by either engine. */
export class OrderWorker {
  readonly #scene: Scene;
  readonly #warm: TurnEngine;
  #ordinary: OrdinaryRuns | undefined;

  constructor(subject: Subject) {
    this.#scene = new Scene(subject, workplaceOf(subject));
    this.#warm = new TurnEngine(this.#scene);
  }

  perform({ engine, order, options }: Job): OrderObservation | Promise<OrderObservation> {
    return engine === 'warm' ? this.#warm.perform(order, options) : this.#confirm(order, options);
  }

  close(): void {
    this.#warm.close();
    this.#scene.close();
  }

  /** Loaded by the first run that needs it: only findings do. */
  async #confirm(order: Job['order'], options: Job['options']): Promise<OrderObservation> {
    const { OrdinaryRuns } = await import('./ordinary-runs.ts');
    this.#ordinary ??= new OrdinaryRuns(this.#scene);
    const observation = await this.#ordinary.perform(order, options);
    // Node.js has installed its handler of SIGCHLD by now: it would run at each stop.
    muteChildStops();
    return observation;
  }
}
