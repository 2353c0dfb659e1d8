import { RenacerError } from './errors.ts';
import { OUTCOMES, type Outcome } from './outcome.ts';
import type { RunResult } from './run-result.ts';

/** What must not have happened in a run, whatever its outcome. */
type Absence = 'no-oom-kills' | 'no-crashes';

/** Whether it has happened all the same, in words. */
const HAPPENED: Readonly<Record<Absence, (result: RunResult) => string | undefined>> = {
  'no-oom-kills': ({ limits }) => {
    const kills = limits.memory?.oomKills ?? 0;
    return kills > 0 ? `the OOM killer ended ${kills} process${kills === 1 ? '' : 'es'}` : undefined;
  },
  'no-crashes': ({ crashes: [first] }) => first && `${first.program} died of ${first.signal}`,
};

const ABSENCES: readonly Absence[] = ['no-oom-kills', 'no-crashes'];

/** What `--expect` may name. */
export const EXPECTABLE: readonly string[] = [...OUTCOMES, ...ABSENCES];

/** What is expected of a run: one of these outcomes (any, if none is named), and none of what must not happen. */
export interface Expectation {
  readonly outcomes: readonly Outcome[];
  readonly absences: readonly Absence[];
}

/** Reads `survived,failed,no-oom-kills`. Throws INVALID_VALUE. */
export function parseExpectation(text: string): Expectation {
  const words = text.split(',').map((word) => word.trim());
  for (const word of words) {
    if (EXPECTABLE.includes(word)) continue;
    const allowed = EXPECTABLE.join(', ');
    throw new RenacerError('INVALID_VALUE', `--expect: ${JSON.stringify(word)} is not allowed; allowed: ${allowed}`);
  }
  return {
    outcomes: OUTCOMES.filter((outcome) => words.includes(outcome)),
    absences: ABSENCES.filter((absence) => words.includes(absence)),
  };
}

export function printExpectation({ outcomes, absences }: Expectation): string {
  return [...outcomes, ...absences].join(',');
}

/** What of it did not come true, in words; undefined if all did. */
export function unmetExpectation({ outcomes, absences }: Expectation, result: RunResult): string | undefined {
  const reasons = absences.map((absence) => HAPPENED[absence](result)).filter((reason) => reason !== undefined);
  if (outcomes.length > 0 && !outcomes.includes(result.outcome)) reasons.unshift(`it was ${result.outcome}`);
  return reasons.length > 0 ? reasons.join(', and ') : undefined;
}
