import { type Command, Option } from 'commander';
import { ADVERSITY_KINDS } from '../model/fuzz.ts';
import { FAILING_CLASSES } from '../model/sweep.ts';
import {
  campaignProgram,
  checkOptions,
  inputOptions,
  isolationOptions,
  jobsOption,
  type OptionGroups,
  type RawCampaignOptions,
  repeated,
  resultsOptions,
} from './campaign-options.ts';
import { FUZZ_HELP } from './fuzz-help.ts';

/** The texts of the options, as they were given. */
export interface RawFuzzOptions extends RawCampaignOptions {
  readonly ignore: readonly string[];
  readonly compare: string;
  readonly protect: readonly string[];
  readonly kinds: string;
  readonly only?: string;
  readonly path: readonly string[];
  readonly errors?: string;
  readonly seed: string;
  readonly runs?: string;
  readonly failOn: string;
}

/** The options of `renacer fuzz` for commander, each in its group of the help. */
export function makeFuzzProgram(): Command {
  return campaignProgram('fuzz', optionsByGroup(), FUZZ_HELP);
}

function optionsByGroup(): OptionGroups {
  return [
    ['The command', inputOptions()],
    [
      'What must hold',
      [
        new Option('--compare <list>', 'results of a good run: stdout, stderr, files, times (of files)').default(
          'stdout,files',
        ),
        repeated('--ignore <glob>', 'files whose contents do not matter'),
        ...checkOptions(),
        repeated('--protect <glob>', 'files that no failure may damage; by default all that were there'),
      ],
    ],
    [
      'What it meets',
      [
        new Option('--kinds <list>', 'each run meets some of these kinds of adversity').default(
          ADVERSITY_KINDS.join(','),
        ),
        new Option('--only <set>', 'calls that fail or are short: names, %file, %network, /regex/, !'),
        repeated('--path <glob>', 'only calls on these paths fail or are short'),
        new Option('--errors <list>', 'only these errors: ENOSPC,EIO'),
      ],
    ],
    [
      'How much is tried',
      [
        new Option(
          '--for <time>',
          'begin no run after this time: 60s, 10m; by default 60s, unless --runs says how many',
        ),
        new Option('--runs <n>', 'so many seeds'),
        new Option('--seed <n>', 'the first seed').default('1'),
        jobsOption(),
      ],
    ],
    ['Isolation', isolationOptions()],
    [
      'Results',
      [
        ...resultsOptions('seed', 'campaign'),
        new Option('--fail-on <list>', 'exit with 1 for findings of these classes, or none').default(
          FAILING_CLASSES.join(','),
        ),
      ],
    ],
  ];
}
