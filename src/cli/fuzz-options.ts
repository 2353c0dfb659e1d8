import { type Command, Option } from 'commander';
import { ADVERSITY_KINDS } from '../model/fuzz.ts';
import {
  campaignProgram,
  inputOptions,
  isolationOptions,
  jobsOption,
  type OptionGroups,
  repeated,
  resultsOptions,
} from './campaign-options.ts';
import { errorsOption, failOnOption, judgingOptions, type RawFaultCampaignOptions } from './fault-campaign-options.ts';
import { FUZZ_HELP } from './fuzz-help.ts';

/** The texts of the options, as they were given. */
export interface RawFuzzOptions extends RawFaultCampaignOptions {
  readonly kinds: string;
  readonly seed: string;
  readonly runs?: string;
}

/** The options of `renacer fuzz` for commander, each in its group of the help. */
export function makeFuzzProgram(): Command {
  return campaignProgram('fuzz', optionsByGroup(), FUZZ_HELP);
}

function optionsByGroup(): OptionGroups {
  return [
    ['The command', inputOptions()],
    ['What must hold', judgingOptions()],
    [
      'What it meets',
      [
        new Option('--kinds <list>', 'each run meets some of these kinds of adversity').default(
          ADVERSITY_KINDS.join(','),
        ),
        new Option('--only <set>', 'calls that fail or are short: names, %file, %network, /regex/, !'),
        repeated('--path <glob>', 'only calls on these paths fail or are short'),
        errorsOption(),
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
    ['Results', [...resultsOptions('seed', 'campaign'), failOnOption()]],
  ];
}
