import { nameOf, unwritable } from '../run/recording/open-for-writing.ts';
import type { ReplacedFile } from '../run/recording/replaced-file.ts';
import { tell } from './messages.ts';

/** A campaign is not what its report is: that this can't be written changes nothing of it. */
export function writeReport(file: ReplacedFile, text: string): void {
  try {
    file.write(`${text}\n`);
  } catch (error) {
    tell(unwritable(nameOf('--report', file.name), error));
  }
}
