import { writeAll } from '../linux/write-all.ts';
import { shortHelp } from './short-help.ts';
import { versionLine } from './version.ts';

const STDOUT = 1;

const TEXTS: ReadonlyMap<string, () => string> = new Map([
  ['--version', () => `${versionLine()}\n`],
  ['-V', () => `${versionLine()}\n`],
  ['--help', shortHelp],
  ['-h', shortHelp],
]);

/**
 * Tells what Renacer is if that is all that is asked; bin/renacer loads nothing else for it. False if it is not, or if it could not be
 * written: then the command line is read as any other, and comes to the same text, and to the words for that error.
 */
export function tellsAboutItself(word: string): boolean {
  const text = TEXTS.get(word);
  if (text === undefined) return false;
  try {
    writeAll(STDOUT, Buffer.from(text()));
    return true;
  } catch {
    return false;
  }
}
