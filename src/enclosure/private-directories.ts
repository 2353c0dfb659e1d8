import { lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** Where programs keep what nobody else is to see for long: each enclosure has its own. */
const PRIVATE = ['/tmp', '/var/tmp', '/dev/shm', '/run', '/var/run', '/var/lock'];

/** Those that are there, by their real paths, each once; none that is within the input. */
export function privateDirectories(input: string): readonly string[] {
  const real = PRIVATE.flatMap((directory) => {
    try {
      return lstatSync(realpathSync(directory)).isDirectory() ? [realpathSync(directory)] : [];
    } catch {
      // There is none.
      return [];
    }
  });
  return outermost([...new Set(real)].filter((directory) => !isWithin(directory, input)));
}

/** Without those that are within others of them. */
export function outermost(directories: readonly string[]): readonly string[] {
  return directories.filter((one) => !directories.some((other) => other !== one && isWithin(one, other)));
}

/** Whether a path is a directory, or within it. */
export function isWithin(file: string, directory: string): boolean {
  return file === directory || file.startsWith(directory === '/' ? '/' : `${directory}${path.sep}`);
}
