import { decisionKey, drawIndex } from '../../faults/decisions.ts';
import type { Chooser } from '../../tracer/points/data-points.ts';

/** Which data of a program are points of a run, by its seed. */
export function dataChoice(seed: number): Chooser {
  return (file, what, count, picks) => {
    const key = decisionKey(seed, `schedule ${what}`, file);
    // The first of a shuffle (Fisher and Yates): none twice.
    const indices = Array.from({ length: count }, (_, index) => index);
    const wanted = Math.min(picks, count);
    for (let place = 0; place < wanted; place++) {
      const other = place + drawIndex(key, place, count - place);
      [indices[place], indices[other]] = [indices[other]!, indices[place]!];
    }
    return indices.slice(0, wanted);
  };
}
