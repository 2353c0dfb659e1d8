import { MAX_SEED } from '../faults/decisions.ts';
import { ADVERSITY_KINDS, type FuzzRequest } from '../model/fuzz.ts';
import type { CaseClass } from '../model/sweep.ts';
import { campaignRequest, campaignWords, given, reportFileOf } from './campaign-command-line.ts';
import { someOf, wholeNumber } from './campaign-values.ts';
import { failOnOf, judgingOf, narrowedTo } from './fault-campaign-options.ts';
import { makeFuzzProgram, type RawFuzzOptions } from './fuzz-options.ts';

const NAME = {
  name: 'fuzz',
  example: 'renacer fuzz -- ./save notes.txt',
  chaosHint: 'Fuzzing draws what a run meets itself: --kinds, --only, --path and --errors narrow it down.',
};

/** What the command line of a fuzzing campaign says. */
export interface FuzzCommandLine {
  readonly request: FuzzRequest;
  readonly reportFile: string | undefined;
  readonly failOn: readonly CaseClass[];
}

/** Takes the words after `fuzz` apart. Throws a RenacerError for what can't be; exits by itself for --help. */
export function parseFuzz(argv: readonly string[]): FuzzCommandLine {
  const words = campaignWords<RawFuzzOptions>(argv, makeFuzzProgram(), NAME, []);
  const { raw } = words;
  return {
    request: {
      ...campaignRequest(words),
      ...judgingOf(raw),
      kinds: someOf('--kinds', raw.kinds, ADVERSITY_KINDS),
      ...narrowedTo(raw),
      seed: wholeNumber('--seed', raw.seed, 0, MAX_SEED),
      runs: given(raw.runs, (text) => wholeNumber('--runs', text, 1, Number.MAX_SAFE_INTEGER)),
    },
    reportFile: reportFileOf(raw),
    failOn: failOnOf(raw),
  };
}
