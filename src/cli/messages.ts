import { writeAll } from '../linux/write-all.ts';
import { RenacerError } from '../model/errors.ts';
import { unwritable } from '../run/recording/open-for-writing.ts';
import { programName } from './program-name.ts';

const STDOUT = 1;
const STDERR = 2;

/** At once. `process.stderr` would make a pipe non-blocking, which it then is for the target as well. */
export function writeToStderr(text: string | Uint8Array): void {
  try {
    writeAll(STDERR, typeof text === 'string' ? Buffer.from(text) : text);
  } catch {
    // A full disk or a closed pipe: there is nobody left to tell.
  }
}

/** What somebody asked to see (`--help`, the doctor). Throws OUTPUT_UNWRITABLE; a reader that has seen enough is fine. */
export function writeToStdout(text: string): void {
  try {
    writeAll(STDOUT, Buffer.from(text));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EPIPE') return;
    throw new RenacerError('OUTPUT_UNWRITABLE', unwritable("can't write to stdout", cause), { cause });
  }
}

/** A message in Renacer's own name, on stderr whatever `-o` says. */
export function tell(text: string): void {
  writeToStderr(`${programName()}: ${text}\n`);
}
