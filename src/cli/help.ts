import type { Command, Option } from 'commander';
import { didYouMean, meantNames } from '../faults/nearest.ts';
import { RenacerError } from '../model/errors.ts';
import { GROUPS } from './help-groups.ts';
import { TOPICS } from './help-topics.ts';
import { shortHelp } from './short-help.ts';
import { width, wrap, wrapText } from './wrapped-text.ts';

/** Where what an option does is written, if the option is not longer. */
const SUMMARY_COLUMN = 30;

/** Every option. */
export function fullHelp(program: Command): string {
  return `${Object.values(GROUPS)
    .map((group) => optionList(program, group))
    .join('\n')}\n  --help, --version, --help-all\n`;
}

/** `renacer help [TOPIC]`. Throws USAGE. */
export function topicHelp(program: Command, [name, ...more]: readonly string[]): string {
  if (name === undefined) return shortHelp();
  const topic = TOPICS.find((one) => one.name === name);
  if (topic !== undefined && more.length === 0) {
    const lists = topic.groups.map((group) => `\n${optionList(program, group)}`);
    return `${wrapText(topic.text)}\n${lists.join('')}`;
  }
  const names = TOPICS.map((one) => one.name);
  const meant = meantNames(name, [...names, 'sweep', 'explore', 'fuzz']);
  throw new RenacerError(
    'USAGE',
    `help: ${JSON.stringify([name, ...more].join(' '))} is no topic${meant.length > 0 && !topic ? `; ${didYouMean(meant)}` : ''}`,
    { hint: `The topics are ${names.join(', ')}, sweep, explore, fuzz. To run a command called help: renacer -- help` },
  );
}

/** The options of a program under one heading. */
export function optionList({ options: all }: Command, group: string): string {
  const options = all.filter((option) => option.helpGroupHeading === group && !option.hidden);
  return `${group}:\n${options.map(optionText).join('')}`;
}

function optionText({ flags, description }: Option): string {
  const term = `  ${flags}`;
  const [first = '', ...rest] = wrap(description, width() - SUMMARY_COLUMN);
  const lines = [first, ...rest].map((line) => ' '.repeat(SUMMARY_COLUMN) + line);
  const fits = term.length < SUMMARY_COLUMN - 1;
  return `${(fits ? [term.padEnd(SUMMARY_COLUMN) + first, ...lines.slice(1)] : [term, ...lines]).join('\n')}\n`;
}
