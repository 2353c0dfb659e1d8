import { didYouMean, meantNames } from '../../faults/nearest.ts';
import { OPTION_NAMES, OPTIONS, optionOf } from '../options.ts';
import { type Path, type Problem, printPath } from '../problems.ts';
import { PHASE_KEYS } from './phase-form.ts';

/** Whether a path is that of a phase. */
export function isPhase(path: Path): boolean {
  return path.length === 2 && path[0] === OPTIONS.phases.key;
}

/** What is said of a key that a phase can't have: an option of the whole run, or none at all. */
export function foreignKey(path: Path, allowed: readonly string[], shown: string): Problem {
  const key = String(path.at(-1));
  return { path, pointsAt: 'key', text: `${refusal(path, key, shown)}; ${help(key, allowed)}` };
}

function isOfWholeRun(key: string): boolean {
  return OPTION_NAMES.some((name) => {
    const option = optionOf(name);
    return option.wholeRun && [option.key.split('.')[0], option.textKey].includes(key);
  });
}

function refusal(path: Path, key: string, shown: string): string {
  const name = printPath(path);
  return isOfWholeRun(key)
    ? `${name} holds for the whole run, and a phase cannot have it`
    : `unknown key ${JSON.stringify(name)} (with value ${shown})`;
}

function help(key: string, allowed: readonly string[]): string {
  if (isOfWholeRun(key)) return 'set it beside "phases"';
  const meant = meantNames(key, allowed);
  if (meant.length > 0) return didYouMean(meant);
  return `allowed: ${PHASE_KEYS.join(', ')}, and every option of chaos that can change while the command runs`;
}
