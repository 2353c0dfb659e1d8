import path from 'node:path';
import { writeToStderr } from './own-output.ts';

/** The name that Renacer was called by, which its messages begin with: a link to it may be called `strace`. */
export function programName(): string {
  const name = path.basename(process.argv[1] ?? '');
  // A module that Node was given by its path is no program.
  return name === '' || /\.[cm]?[jt]s$/.test(name) ? 'renacer' : name;
}

/** A message in Renacer's own name, on stderr whatever `-o` says. */
export function tell(text: string): void {
  writeToStderr(`${programName()}: ${text}\n`);
}
