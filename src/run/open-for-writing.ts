import { openSync } from 'node:fs';
import { RenacerError } from '../model/errors.ts';

/** Opens a file that an option names, before anything is started. */
export function openForWriting(file: string, option: string): number {
  try {
    return openSync(file, 'w');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new RenacerError('OUTPUT_UNWRITABLE', `${option}: can't write ${JSON.stringify(file)}: ${code}`, {
      hint: 'Name a file in a directory that exists and that you may write to.',
      cause,
    });
  }
}
