import { accessSync, constants, realpathSync } from 'node:fs';
import path from 'node:path';
import { RenacerError } from '../model/errors.ts';
import { existing, notEmpty } from './campaign-values.ts';

/** In no time nothing would be tried. */
export function atLeast(ms: number, text: string): number {
  if (ms > 0) return ms;
  throw new RenacerError('INVALID_VALUE', `--for is ${JSON.stringify(text)}; allowed: a time above 0, such as "60s"`);
}

export function globs(option: string, texts: readonly string[]): readonly string[] {
  return texts.map((text) => notEmpty(option, text, "a glob such as '*.log' or 'cache/**'"));
}

export function inputDirectory(given: string): string {
  const directory = realPath(existing('--input', given, 'directory'));
  if (directory === '/') {
    throw new RenacerError('INPUT_UNREADABLE', '--input: the root directory is no input: each run works in a copy', {
      hint: 'Go to a directory with what the command needs, or name one: --input DIR.',
    });
  }
  return readable('--input', directory, constants.R_OK | constants.X_OK);
}

export function readable(option: string, file: string, mode: number = constants.R_OK): string {
  try {
    accessSync(file, mode);
    return path.resolve(file);
  } catch (cause) {
    throw unreadable(option, file, cause);
  }
}

/** Of a directory that may be in one that may not be entered. */
function realPath(directory: string): string {
  try {
    return realpathSync(directory);
  } catch (cause) {
    throw unreadable('--input', path.resolve(directory), cause);
  }
}

function unreadable(option: string, file: string, cause: unknown): RenacerError {
  return new RenacerError('INPUT_UNREADABLE', `${option}: ${JSON.stringify(file)} can't be read: permission denied`, {
    hint: 'Give one that you may read.',
    cause,
  });
}
