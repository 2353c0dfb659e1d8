import { Command, Option } from 'commander';
import { optionList } from './help.ts';
import { writeToStdout } from './messages.ts';
import { wrapText } from './wrapped-text.ts';

/** Options by the headings under which the help lists them. */
export type OptionGroups = readonly (readonly [heading: string, options: readonly Option[]])[];

/** The texts of the options that each kind of campaign has, as they were given. */
export interface RawCampaignOptions {
  readonly input: string;
  readonly stdin?: string;
  readonly env: readonly string[];
  readonly verify?: string;
  readonly verifyAlways?: string;
  readonly for?: string;
  readonly jobs?: string;
  readonly isolation: boolean;
  readonly network: string;
  readonly report?: string;
  readonly results?: string;
  readonly resume?: string;
}

/** The options of a subcommand for commander, each in its group of the help, which `text` begins. */
export function campaignProgram(name: string, groups: OptionGroups, text: string): Command {
  const program = new Command(`renacer ${name}`)
    .argument('[command...]')
    .helpOption('-h, --help', 'print this help')
    .passThroughOptions()
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({ outputError: () => {}, writeOut: writeToStdout });
  program.helpInformation = () => campaignHelp(program, text);
  for (const [heading, options] of groups) {
    for (const option of options) program.addOption(option.helpGroup(heading));
  }
  return program;
}

export function inputOptions(): Option[] {
  return [
    new Option('--input <dir>', 'each run works in a copy of this directory, at its path').default('.'),
    new Option('--stdin <file>', 'what the command reads from stdin; by default nothing'),
    repeated('--env <name=value>', 'set a variable of its environment'),
  ];
}

export function checkOptions(): Option[] {
  return [
    new Option('--verify <command>', 'a shell command that must succeed after exit status 0'),
    new Option('--verify-always <command>', 'one that must succeed however it ended: git fsck'),
  ];
}

export function jobsOption(): Option {
  return new Option('--jobs <n>', 'runs at the same time; by default one a CPU');
}

export function isolationOptions(): Option[] {
  return [
    new Option('--network <which>', 'own (only a loopback of its own) or host').default('own'),
    new Option('--no-isolation', 'let the command change this machine: it works in a copy, but is not confined'),
  ];
}

/** `what` is written to the results file as it ends; `campaign` can go on from there. */
export function resultsOptions(what: string, campaign: string): Option[] {
  return [
    new Option('--report <file>', 'write a JSON report'),
    new Option('--results <file>', `write each ${what} as it ends, a line of JSON each`),
    new Option('--resume <file>', `go on with the ${campaign} of this results file`),
  ];
}

/** May be given several times. */
export function repeated(flags: string, description: string): Option {
  return new Option(flags, description)
    .default([])
    .argParser((text: string, before: readonly string[]) => [...before, text]);
}

function campaignHelp(program: Command, text: string): string {
  const headings = [...new Set(program.options.map(({ helpGroupHeading }) => helpGroupHeading))];
  const lists = headings.filter((heading) => heading !== undefined).map((heading) => optionList(program, heading));
  return `${wrapText(text)}\n${lists.join('\n')}`;
}
