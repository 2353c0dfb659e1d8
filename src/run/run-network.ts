import type { PreparedLimits } from '../chaos/basic/limits.ts';
import type { PreparedNetwork } from '../chaos/network/prepared-network.ts';
import { type OpeningNetwork, openForSure, openInstead, openNetwork, type WantedNetwork } from './network.ts';

/** The impaired network of a run: it gets ready while the command is set up, and may have to give way to another one then. */
export class RunNetwork {
  readonly #wanted: WantedNetwork;
  #opening: OpeningNetwork;

  private constructor(wanted: WantedNetwork, opening: OpeningNetwork) {
    this.#wanted = wanted;
    this.#opening = opening;
  }

  /** Errors: those of openNetwork. */
  static async open(wanted: WantedNetwork, limits: PreparedLimits): Promise<RunNetwork> {
    return new RunNetwork(wanted, await openNetwork(wanted, limits));
  }

  /** What the command and its tracer have to know of it. */
  get opening(): OpeningNetwork {
    return this.#opening;
  }

  get ready(): Promise<PreparedNetwork> {
    return this.#opening.ready;
  }

  /** The name of its backend, once it is known for sure. */
  async settle(): Promise<string> {
    this.#opening = await openForSure(this.#opening, this.#wanted);
    return (await this.ready).backend;
  }

  /** Another one comes in place of one that does not get ready; throws why it does not, if there is none. */
  async replace(): Promise<void> {
    this.#opening = await openInstead(this.#opening, this.#wanted);
  }

  async dispose(): Promise<void> {
    await this.ready.then(
      (network) => network.dispose(),
      () => {},
    );
    this.#opening.release?.();
  }
}
