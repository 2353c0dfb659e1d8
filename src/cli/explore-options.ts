import { type Command, Option } from 'commander';
import {
  campaignProgram,
  checkOptions,
  inputOptions,
  isolationOptions,
  jobsOption,
  type OptionGroups,
  type RawCampaignOptions,
  resultsOptions,
} from './campaign-options.ts';
import { EXPLORE_HELP } from './explore-help.ts';

/** The texts of the options, as they were given. */
export interface RawExploreOptions extends RawCampaignOptions {
  readonly expect: string;
  readonly runs?: string;
  readonly bound?: string;
  readonly keepGoing?: true;
  readonly points: string;
  readonly strategy?: string;
  readonly depth?: string;
  readonly seed: string;
}

/** The options of `renacer explore` for commander, each in its group of the help. */
export function makeExploreProgram(): Command {
  return campaignProgram('explore', optionsByGroup(), EXPLORE_HELP);
}

function optionsByGroup(): OptionGroups {
  return [
    ['The command', inputOptions()],
    [
      'What must hold',
      [
        new Option('--expect <list>', 'outcomes that are right: survived, failed, crashed, hung, corrupted').default(
          'survived',
        ),
        ...checkOptions(),
      ],
    ],
    [
      'Which orders',
      [
        new Option('--runs <n>', 'so many orders at most; by default 500, unless --for or --bound says how many'),
        new Option('--for <time>', 'begin no run after this time: 60s, 10m'),
        new Option('--bound <n>', 'all orders with at most n switches, instead of those of seeds'),
        new Option(
          '--points <where>',
          'where tasks may be switched: calls, locks (and calls), data (and locks)',
        ).default('locks'),
        new Option('--strategy <name>', 'mix, random, urw, pct, pos; by default mix'),
        new Option('--depth <n>', 'for pct and mix: how many switches a defect may need, and one more; by default 3'),
        new Option('--seed <n>', 'the first seed').default('1'),
        new Option('--keep-going', 'go on after a failure, and tell each cause once'),
        jobsOption(),
      ],
    ],
    ['Isolation', isolationOptions()],
    ['Results', [...resultsOptions('order', 'exploration')]],
  ];
}
