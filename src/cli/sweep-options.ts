import { type Command, Option } from 'commander';
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
import { SWEEP_HELP } from './sweep-help.ts';

/** The headings under which the help lists the options. */
export const SWEEP_GROUPS = {
  input: 'The command',
  judging: 'What must hold',
  faults: 'What is injected, and where',
  effort: 'How much is tried',
  isolation: 'Isolation',
  service: 'Services',
  results: 'Results',
} as const;

/** The texts of the options, as they were given. */
export interface RawSweepOptions extends RawFaultCampaignOptions {
  readonly faults: string;
  readonly sites: readonly string[];
  readonly every?: true;
  readonly depth: string;
  readonly maxRuns?: string;
  readonly quick?: true;
  readonly ready?: string;
  readonly drive?: string;
}

/** The options of `renacer sweep` for commander, each in its group of the help. */
export function makeSweepProgram(): Command {
  return campaignProgram('sweep', optionsByGroup(), SWEEP_HELP);
}

function optionsByGroup(): OptionGroups {
  return [
    [SWEEP_GROUPS.input, inputOptions()],
    [SWEEP_GROUPS.judging, judgingOptions()],
    [
      SWEEP_GROUPS.faults,
      [
        new Option(
          '--faults <list>',
          'errors (a call fails once), short (it moves less), persistent (it fails from there on), kill (SIGKILL to all)',
        ).default('errors,short,persistent'),
        new Option('--only <set>', 'only in these system calls: names, %file, %network, /regex/, !'),
        repeated('--path <glob>', 'only in calls on these paths'),
        errorsOption(),
        repeated('--sites <where>', 'only where a function of the stack is this: FILE:LINE, or its name'),
      ],
    ],
    [
      SWEEP_GROUPS.effort,
      [
        new Option('--quick', 'one error a site, about 200 runs'),
        new Option('--every', 'each call of a site, not its first, middle and last'),
        new Option('--depth <n>', '2: a second fault while the first one is handled').default('1'),
        new Option('--max-runs <n>', 'so many cases at most'),
        new Option('--for <time>', 'begin no case after this time: 60s, 10m'),
        jobsOption(),
      ],
    ],
    [SWEEP_GROUPS.isolation, isolationOptions()],
    [
      SWEEP_GROUPS.service,
      [
        new Option('--ready <when>', 'the command is a service: ready at tcp:PORT, file:PATH, output:TEXT'),
        new Option('--drive <command>', 'a shell command that uses the service; its exit status says if it was served'),
      ],
    ],
    [SWEEP_GROUPS.results, [...resultsOptions('case', 'sweep'), failOnOption()]],
  ];
}
