import { Command, Option } from 'commander';
import { FAILING_CLASSES } from '../model/sweep.ts';
import { writeToStdout } from './messages.ts';
import { sweepHelp } from './sweep-help.ts';

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
export interface RawSweepOptions {
  readonly input: string;
  readonly stdin?: string;
  readonly env: readonly string[];
  readonly ignore: readonly string[];
  readonly compare: string;
  readonly verify?: string;
  readonly verifyAlways?: string;
  readonly protect: readonly string[];
  readonly faults: string;
  readonly only?: string;
  readonly path: readonly string[];
  readonly errors?: string;
  readonly sites: readonly string[];
  readonly every?: true;
  readonly depth: string;
  readonly maxRuns?: string;
  readonly quick?: true;
  readonly for?: string;
  readonly jobs?: string;
  readonly isolation: boolean;
  readonly network: string;
  readonly ready?: string;
  readonly drive?: string;
  readonly report?: string;
  readonly results?: string;
  readonly resume?: string;
  readonly failOn: string;
}

/** The options of `renacer sweep` for commander, each in its group of the help. */
export function makeSweepProgram(): Command {
  const program = new Command('renacer sweep')
    .argument('[command...]')
    .helpOption('-h, --help', 'print this help')
    .passThroughOptions()
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({ outputError: () => {}, writeOut: writeToStdout });
  program.helpInformation = () => sweepHelp(program);
  for (const [heading, options] of optionsByGroup()) {
    for (const option of options) program.addOption(option.helpGroup(heading));
  }
  return program;
}

function optionsByGroup(): readonly [heading: string, options: readonly Option[]][] {
  return [
    [
      SWEEP_GROUPS.input,
      [
        new Option('--input <dir>', 'each run works in a copy of this directory, at its path').default('.'),
        new Option('--stdin <file>', 'what the command reads from stdin; by default nothing'),
        repeated('--env <name=value>', 'set a variable of its environment'),
      ],
    ],
    [
      SWEEP_GROUPS.judging,
      [
        new Option('--compare <list>', 'results of a good run: stdout, stderr, files, times (of files)').default(
          'stdout,files',
        ),
        repeated('--ignore <glob>', 'files whose contents do not matter'),
        new Option('--verify <command>', 'a shell command that must succeed after exit status 0'),
        new Option('--verify-always <command>', 'one that must succeed however it ended: git fsck'),
        repeated('--protect <glob>', 'files that no failure may damage; by default all that were there'),
      ],
    ],
    [
      SWEEP_GROUPS.faults,
      [
        new Option(
          '--faults <list>',
          'errors (a call fails once), short (it moves less), persistent (it fails from there on), kill (SIGKILL to all)',
        ).default('errors,short,persistent'),
        new Option('--only <set>', 'only in these system calls: names, %file, %network, /regex/, !'),
        repeated('--path <glob>', 'only in calls on these paths'),
        new Option('--errors <list>', 'only these errors: ENOSPC,EIO'),
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
        new Option('--jobs <n>', 'runs at the same time; by default one a CPU'),
      ],
    ],
    [
      SWEEP_GROUPS.isolation,
      [
        new Option('--network <which>', 'own (only a loopback of its own) or host').default('own'),
        new Option('--no-isolation', 'let the command change this machine: it works in a copy, but is not confined'),
      ],
    ],
    [
      SWEEP_GROUPS.service,
      [
        new Option('--ready <when>', 'the command is a service: ready at tcp:PORT, file:PATH, output:TEXT'),
        new Option('--drive <command>', 'a shell command that uses the service; its exit status says if it was served'),
      ],
    ],
    [
      SWEEP_GROUPS.results,
      [
        new Option('--report <file>', 'write a JSON report'),
        new Option('--results <file>', 'write each case as it ends, a line of JSON each'),
        new Option('--resume <file>', 'go on with the sweep of this results file'),
        new Option('--fail-on <list>', 'exit with 1 for findings of these classes, or none').default(
          FAILING_CLASSES.join(','),
        ),
      ],
    ],
  ];
}

/** May be given several times. */
export function repeated(flags: string, description: string): Option {
  return new Option(flags, description)
    .default([])
    .argParser((text: string, before: readonly string[]) => [...before, text]);
}
