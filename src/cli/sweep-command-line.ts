import { RenacerError } from '../model/errors.ts';
import type { CaseClass } from '../model/sweep.ts';
import { FAULT_FAMILIES, type SweepRequest } from '../model/sweep-request.ts';
import {
  type CampaignWords,
  type Conflict,
  campaignRequest,
  campaignWords,
  given,
  reportFileOf,
} from './campaign-command-line.ts';
import { notEmpty, place, readiness, someOf, wholeNumber } from './campaign-values.ts';
import { failOnOf, judgingOf, narrowedTo } from './fault-campaign-options.ts';
import { makeSweepProgram, type RawSweepOptions } from './sweep-options.ts';

const NAME = {
  name: 'sweep',
  example: 'renacer sweep -- zip -qm backup.zip notes.txt',
  chaosHint: 'A sweep chooses its faults itself: --faults, --only, --path and --errors narrow them down.',
};

const CONFLICTS: readonly Conflict<RawSweepOptions>[] = [
  ['--quick', '--every', ({ quick, every }) => Boolean(quick && every), 'one tries less, the other more'],
  ['--quick', '--depth 2', ({ quick, depth }) => Boolean(quick) && depth === '2', 'one tries less, the other more'],
];

/** What the command line of a sweep says. */
export interface SweepCommandLine {
  readonly request: SweepRequest;
  readonly reportFile: string | undefined;
  readonly failOn: readonly CaseClass[];
}

/** Takes the words after `sweep` apart. Throws a RenacerError for what can't be; exits by itself for --help. */
export function parseSweep(argv: readonly string[]): SweepCommandLine {
  const words = campaignWords(argv, makeSweepProgram(), NAME, CONFLICTS);
  const { raw } = words;
  refuseHalfAService(raw);
  return {
    request: requestOf(words),
    reportFile: reportFileOf(raw),
    failOn: failOnOf(raw),
  };
}

function requestOf(words: CampaignWords<RawSweepOptions>): SweepRequest {
  const { raw } = words;
  return {
    ...campaignRequest(words),
    ...judgingOf(raw),
    faults: someOf('--faults', raw.faults, FAULT_FAMILIES),
    every: raw.every === true,
    depth: wholeNumber('--depth', raw.depth, 1, 2) as 1 | 2,
    maxRuns: given(raw.maxRuns, (text) => wholeNumber('--max-runs', text, 1, Number.MAX_SAFE_INTEGER)),
    ...narrowedTo(raw),
    sites: raw.sites.map((text) => place('--sites', text)),
    quick: raw.quick === true,
    ready: given(raw.ready, (text) => readiness('--ready', text)),
    drive: given(raw.drive, (text) => notEmpty('--drive', text, 'a shell command')),
  };
}

function refuseHalfAService({ ready, drive }: RawSweepOptions): void {
  if ((ready === undefined) === (drive === undefined)) return;
  const [one, missing] = ready === undefined ? ['--drive', '--ready'] : ['--ready', '--drive'];
  throw new RenacerError('USAGE', `${one} needs ${missing}: a service must be ready before it can be used`, {
    hint: "For example: --ready tcp:8080 --drive 'curl -f http://localhost:8080/'",
  });
}
