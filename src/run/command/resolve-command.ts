import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { showValue } from '../../chaos/problems.ts';
import { RenacerError } from '../../model/errors.ts';

/** Exit codes of a command that can't be run, as shells and env(1) use them. */
const EXIT_CANNOT_RUN = 126;
const EXIT_NOT_FOUND = 127;

const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/**
 * The file of a command, found as a shell finds it: a name with a slash is a path, any other is looked for in PATH.
 * Throws COMMAND_NOT_FOUND (127) or COMMAND_NOT_EXECUTABLE (126).
 */
export function resolveCommand(command: string, env: NodeJS.ProcessEnv, cwd: string): string {
  if (command === '') throw notFound(command, 'the name of the command is empty');
  if (command.includes('/')) {
    const problem = whyNotExecutable(path.resolve(cwd, command));
    if (problem) throw problem === 'no such file' ? notFound(command, problem) : notExecutable(command, problem);
    return command;
  }
  let seen: string | undefined;
  for (const directory of (env.PATH ?? DEFAULT_PATH).split(':')) {
    const candidate = path.join(directory || '.', command);
    const problem = whyNotExecutable(path.resolve(cwd, candidate));
    if (!problem) return candidate.includes('/') ? candidate : `./${candidate}`;
    if (problem === 'permission denied') seen ??= candidate;
  }
  if (seen) throw notExecutable(seen, 'permission denied');
  throw notFound(command, 'no such command in PATH');
}

/** The error of execve(2) itself, for a file that looked executable. */
export function execError(command: string, code: string): RenacerError {
  switch (code) {
    case 'ENOENT':
      return notFound(
        command,
        'its interpreter or loader does not exist',
        'Install it, or correct the first line of the script.',
      );
    case 'ENOEXEC':
      return notExecutable(command, 'neither a program nor a script with a #! line');
    case 'EACCES':
      return notExecutable(command, 'permission denied');
    case 'E2BIG':
      return notExecutable(command, 'its arguments and environment are too long');
    case 'killed':
      return notExecutable(command, 'it was killed before it could begin', 'A memory limit may leave no room for it.');
    default:
      return notExecutable(command, code);
  }
}

type Problem = 'no such file' | 'is a directory' | 'permission denied' | 'not a directory' | 'too many symbolic links';

function whyNotExecutable(file: string): Problem | undefined {
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) return 'is a directory';
    // Root may read everything, but executes only what has an x bit.
    if ((stats.mode & 0o111) === 0) return 'permission denied';
    accessSync(file, constants.X_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') return 'permission denied';
    if (code === 'ELOOP') return 'too many symbolic links';
    return code === 'ENOTDIR' ? 'not a directory' : 'no such file';
  }
}

function notFound(
  command: string,
  reason: string,
  hint = 'Check the spelling, or give the path of the command.',
): RenacerError {
  return new RenacerError('COMMAND_NOT_FOUND', `can't find ${showValue(command)}: ${reason}`, {
    hint,
    exitCode: EXIT_NOT_FOUND,
  });
}

function notExecutable(command: string, reason: string, hint = 'Name an executable file.'): RenacerError {
  return new RenacerError('COMMAND_NOT_EXECUTABLE', `can't run ${showValue(command)}: ${reason}`, {
    hint,
    exitCode: EXIT_CANNOT_RUN,
  });
}
