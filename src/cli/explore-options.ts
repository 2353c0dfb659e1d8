import { Command, Option } from 'commander';
import { exploreHelp } from './explore-help.ts';
import { writeToStdout } from './messages.ts';
import { repeated } from './sweep-options.ts';

/** The texts of the options, as they were given. */
export interface RawExploreOptions {
  readonly input: string;
  readonly stdin?: string;
  readonly env: readonly string[];
  readonly verify?: string;
  readonly verifyAlways?: string;
  readonly expect: string;
  readonly runs?: string;
  readonly for?: string;
  readonly bound?: string;
  readonly keepGoing?: true;
  readonly jobs?: string;
  readonly points: string;
  readonly strategy?: string;
  readonly depth?: string;
  readonly seed: string;
  readonly isolation: boolean;
  readonly network: string;
  readonly report?: string;
  readonly results?: string;
  readonly resume?: string;
}

/** The options of `renacer explore` for commander, each in its group of the help. */
export function makeExploreProgram(): Command {
  const program = new Command('renacer explore')
    .argument('[command...]')
    .helpOption('-h, --help', 'print this help')
    .passThroughOptions()
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({ outputError: () => {}, writeOut: writeToStdout });
  program.helpInformation = () => exploreHelp(program);
  for (const [heading, options] of optionsByGroup()) {
    for (const option of options) program.addOption(option.helpGroup(heading));
  }
  return program;
}

function optionsByGroup(): readonly [heading: string, options: readonly Option[]][] {
  return [
    [
      'The command',
      [
        new Option('--input <dir>', 'each run works in a copy of this directory, at its path').default('.'),
        new Option('--stdin <file>', 'what the command reads from stdin; by default nothing'),
        repeated('--env <name=value>', 'set a variable of its environment'),
      ],
    ],
    [
      'What must hold',
      [
        new Option('--expect <list>', 'outcomes that are right: survived, failed, crashed, hung, corrupted').default(
          'survived',
        ),
        new Option('--verify <command>', 'a shell command that must succeed after exit status 0'),
        new Option('--verify-always <command>', 'one that must succeed however it ended: git fsck'),
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
        new Option('--jobs <n>', 'runs at the same time; by default one a CPU'),
      ],
    ],
    [
      'Isolation',
      [
        new Option('--network <which>', 'own (only a loopback of its own) or host').default('own'),
        new Option('--no-isolation', 'let the command change this machine: it works in a copy, but is not confined'),
      ],
    ],
    [
      'Results',
      [
        new Option('--report <file>', 'write a JSON report'),
        new Option('--results <file>', 'write each order as it ends, a line of JSON each'),
        new Option('--resume <file>', 'go on with the exploration of this results file'),
      ],
    ],
  ];
}
