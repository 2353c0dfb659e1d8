import { openSync } from 'node:fs';
import { RenacerError } from '../../model/errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such directory',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
  EROFS: 'read-only file system',
};

/** Opens a file that an option names, before anything is started; `a` keeps what is in it. */
export function openForWriting(file: string, option: string, flags: 'w' | 'a' = 'w'): number {
  try {
    return openSync(file, flags);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = REASONS[code ?? ''] ?? code;
    throw new RenacerError('OUTPUT_UNWRITABLE', `${option}: can't write ${JSON.stringify(file)}: ${reason}`, {
      hint: 'Name a file in a directory that exists and that you may write to.',
      cause,
    });
  }
}
