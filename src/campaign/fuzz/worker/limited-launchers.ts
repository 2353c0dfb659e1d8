import type { GatedProcess } from '../../../linux/gated-process.ts';
import type { Launcher } from '../../../linux/launcher.ts';
import type { FuzzLimit } from '../../../model/fuzz.ts';
import type { Scene } from '../../worker/scene.ts';
import { sceneLauncher } from '../../worker/scene-launcher.ts';
import { resourceLimits } from './resource-limits.ts';

/** So many of those with limits are kept. */
const MAX_KEPT = 16;

/** Starts the subject of a scene under limits: those are part of what a launcher lays out, so that each set of them has its own. */
export class LimitedLaunchers {
  readonly #scene: Scene;
  readonly #launchers = new Map<string, Launcher>();
  /** Those that have started it. */
  readonly #used = new WeakSet<Launcher>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Throws LaunchError. */
  start(limits: readonly FuzzLimit[], filter: Uint8Array): GatedProcess {
    const launcher = this.#launcherFor(limits);
    const gated = this.#used.has(launcher) ? launcher.startAgain({ filter }) : launcher.start({ filter });
    this.#used.add(launcher);
    return gated;
  }

  free(): void {
    for (const launcher of this.#launchers.values()) launcher.free();
    this.#launchers.clear();
  }

  #launcherFor(limits: readonly FuzzLimit[]): Launcher {
    const key = limits.map(({ of, most }) => `${of} ${most}`).join();
    let launcher = this.#launchers.get(key);
    if (!launcher) {
      this.#makeRoom();
      launcher = sceneLauncher(this.#scene, resourceLimits(limits));
      this.#launchers.set(key, launcher);
    }
    return launcher;
  }

  /** The oldest goes, but for the one without limits, which most runs take. */
  #makeRoom(): void {
    const limited = [...this.#launchers].filter(([key]) => key !== '');
    const [oldest] = limited;
    if (limited.length < MAX_KEPT || oldest === undefined) return;
    oldest[1].free();
    this.#launchers.delete(oldest[0]);
  }
}
