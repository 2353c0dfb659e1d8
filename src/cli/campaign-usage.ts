import type { CommanderError } from 'commander';
import { didYouMean, meantNames } from '../faults/nearest.ts';
import { RenacerError } from '../model/errors.ts';
import { makeProgram, nothingGiven } from './program.ts';

/**
 * What is wrong with the command line of a campaign.
 *
 * @param name of the subcommand
 * @param longs its options
 * @param chaosHint what to do instead of giving it options of `--chaos`
 */
export function usageError(
  error: CommanderError,
  name: string,
  longs: readonly string[],
  chaosHint: string,
): RenacerError {
  const [, unknown] = /^error: unknown option '(-[^'=]*)/.exec(error.message) ?? [];
  if (unknown === undefined) {
    return new RenacerError('USAGE', `${name}: ${error.message.replace(/^error: /, '').replaceAll('\n', ' ')}`, {
      hint: `See renacer ${name} --help.`,
    });
  }
  if (isOfOrdinaryRuns(unknown)) {
    return new RenacerError('USAGE', `${name}: ${unknown} is an option of ordinary runs`, {
      hint: unknown.startsWith('--chaos') || unknown === '-e' ? chaosHint : `See renacer ${name} --help for its own.`,
    });
  }
  const meant = meantNames(unknown, longs);
  return new RenacerError('USAGE', `${name}: unknown option ${unknown}`, {
    hint: meant.length > 0 ? didYouMean(meant).replace(/^d/, 'D') : `See renacer ${name} --help.`,
  });
}

function isOfOrdinaryRuns(option: string): boolean {
  return makeProgram(nothingGiven()).options.some(({ long, short }) => option === long || option === short);
}
