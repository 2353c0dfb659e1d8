import { mergeSettings } from '../merge.ts';
import type { ChaosSettings, Phase } from '../settings.ts';

/** Which phases are on, in memory that all threads share: who runs the machine writes it, everybody reads it. */
export class ActivePhases {
  readonly shared: SharedArrayBuffer;
  readonly #instances: Int32Array;

  /** For so many phases; or what another thread has made. */
  constructor(of: number | SharedArrayBuffer) {
    this.shared = typeof of === 'number' ? new SharedArrayBuffer(of * Int32Array.BYTES_PER_ELEMENT) : of;
    this.#instances = new Int32Array(this.shared);
  }

  /** The instance of a phase that is on, from 1; 0 if it is off. */
  instanceOf(phase: number): number {
    return Atomics.load(this.#instances, phase);
  }

  /** From now on this instance is on; 0: none. */
  set(phase: number, instance: number): void {
    Atomics.store(this.#instances, phase, instance);
  }
}

/** What holds while these phases are on: what holds all the time, then phase after phase as in the file, so that a later one wins. */
export function settingsNow(settings: ChaosSettings, isOn: (phase: number) => boolean): ChaosSettings {
  const { phases = [], ...base } = settings;
  return phases
    .filter((_, index) => isOn(index))
    .map((phase: Phase): ChaosSettings => phase.settings)
    .reduce(mergeSettings, base);
}
