import { parseRecording } from '../faults/replay-file.ts';
import { demandLibc } from '../linux/libc.ts';
import type { CampaignRequest } from '../model/campaign-request.ts';
import { RenacerError } from '../model/errors.ts';
import { printable } from '../report/printable.ts';
import type { FindingStyle } from '../report/sweep-finding-text.ts';
import { existing } from './campaign-values.ts';
import { findingsStyle } from './findings-style.ts';
import { tell, writeToStdout } from './messages.ts';
import { ownFailure } from './own-failure.ts';

const SHOWN = 1;
const NOT_SHOWN = 0;

interface AnyFile {
  readonly finding: { readonly id: string; readonly title: string };
  readonly request: Pick<CampaignRequest, 'input' | 'stdin'>;
}

interface AnyShown {
  readonly isShown: boolean;
  readonly isOtherInput: boolean;
  readonly verdict: { readonly class: string; readonly reason: string };
}

/** What differs from one kind of campaign to another when its finding is shown again. */
export interface FindingReplay<File, Shown> {
  /** Throws BAD_RECORDING. */
  read(): File | Promise<File>;
  show(file: File): Promise<Shown>;
  /** How it is told now. */
  text(file: File, shown: Shown, style: FindingStyle & { readonly mark: string }): string;
  /** What is no longer met, so that nothing can be said of it; undefined if all is. */
  notReached(file: File, shown: Shown): string | undefined;
  /** What to do then: `sweep it again`. */
  readonly again: string;
}

/** `renacer replay FILE` of the file of a finding: from scratch, in a copy of its input. Resolves to 1 if it shows, 0 if it does not any more. */
export async function replayFinding<File extends AnyFile, Shown extends AnyShown>(
  argv: readonly string[],
  kind: FindingReplay<File, Shown>,
): Promise<number> {
  if (argv.length > 0) {
    throw new RenacerError('USAGE', `replay: ${JSON.stringify(argv[0])} can't be used with the file of a finding`, {
      hint: 'It has the command, its input and options itself: renacer replay FILE',
    });
  }
  const file = await kind.read();
  const { finding, request } = file;
  demandLibc();
  existing('the input of this finding', request.input, 'directory');
  if (request.stdin !== undefined) existing('the stdin of this finding', request.stdin, 'file');
  const shown = await ownFailure(() => kind.show(file));
  if (shown.isOtherInput) tell(`${request.input} is not as it was when this was found`);
  if (shown.isShown) {
    writeToStdout(kind.text(file, shown, { ...findingsStyle(request.input), mark: 'shown again' }));
    return SHOWN;
  }
  const missing = kind.notReached(file, shown);
  if (missing !== undefined) {
    throw new RenacerError('FINDING_NOT_REACHED', missing, {
      hint: `The command goes another way now, so that nothing can be said of this finding: ${kind.again}.`,
    });
  }
  writeToStdout(`no longer shown: ${finding.title} (${finding.id})\n`);
  writeToStdout(`now ${shown.verdict.class}: ${printable(shown.verdict.reason)}\n`);
  return NOT_SHOWN;
}

/**
 * What stands under `key` in the first line of a recording. Throws BAD_RECORDING.
 *
 * @param name what errors call the file
 * @param writer who writes such files: `fuzzing`
 */
export function readFirstLine<File extends object>(
  text: string,
  name: string,
  key: string,
  writer: string,
  read: (value: unknown) => File | string,
): File {
  parseRecording(text, name);
  const first = JSON.parse(text.split('\n', 1)[0]!) as Readonly<Record<string, unknown>>;
  const file = read(first[key]);
  if (typeof file !== 'string') return file;
  throw new RenacerError('BAD_RECORDING', `${name}:1: ${file}`, {
    hint: `give a file that ${writer} wrote, as it was written`,
  });
}
