import { RenacerError } from '../model/errors.ts';
import { learnedProblem } from './byzantine/learned-problem.ts';
import { refuseIdleOptions } from './idle-options.ts';
import { scenarioProblems } from './scenario/problems.ts';
import type { Layers } from './tiers.ts';

/**
 * What parts of a configuration say of each other must make sense, wherever they came from: no option without effect (OPTION_IDLE), no
 * phase that waits for one which is not there (CONFIG_INVALID).
 */
export function refuseUnsound(layers: Pick<Layers, 'own' | 'settings'>): void {
  refuseIdleOptions(layers);
  const problem = learnedProblem(layers.settings);
  if (problem !== undefined) throw new RenacerError('CONFIG_INVALID', problem, { hint: 'See docs/faults.md.' });
  const [first] = scenarioProblems(layers.settings);
  if (first) throw new RenacerError('CONFIG_INVALID', first.text, { hint: 'See renacer help scenarios.' });
}
