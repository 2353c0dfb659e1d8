import { openSync } from 'node:fs';
import { RenacerError } from '../../model/errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such directory',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'read-only file system',
  ENOSPC: 'no space left on device',
  EDQUOT: 'disk quota exceeded',
  EFBIG: 'file too large (see ulimit -f)',
  EIO: 'input/output error',
  EMFILE: 'too many open files (see ulimit -n)',
  EPIPE: 'nobody reads it any more',
};

/** What is told of something that can't be written. */
export function unwritable(name: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return `${name}: ${REASONS[code ?? ''] ?? code ?? message}`;
}

/** A file, by the option that it was given to. */
export function nameOf(option: string, file: string): string {
  return `${option}: can't write ${JSON.stringify(file)}`;
}

/** Opens a file that an option names, before anything is started; `a` keeps what is in it. */
export function openForWriting(file: string, option: string, flags: 'w' | 'a' = 'w'): number {
  try {
    return openSync(file, flags);
  } catch (cause) {
    throw cannotOpen(file, option, cause);
  }
}

/** Why a file can't be opened that an option names. */
export function cannotOpen(file: string, option: string, cause: unknown): RenacerError {
  return new RenacerError('OUTPUT_UNWRITABLE', unwritable(nameOf(option, file), cause), {
    hint: 'Name a file in a directory that exists and that you may write to.',
    cause,
  });
}
