import type { FuzzFindingFile } from '../campaign/fuzz/finding/fuzz-finding-file.ts';
import { readFuzzFinding } from '../campaign/fuzz/finding/fuzz-finding-schema.ts';
import { type ShownFuzzing, showFuzzing } from '../campaign/fuzz/show-finding.ts';
import { endText } from '../campaign/sweep/finding/reaction.ts';
import { parseRecording } from '../faults/replay-file.ts';
import { demandLibc } from '../linux/libc.ts';
import { RenacerError } from '../model/errors.ts';
import type { FuzzFinding } from '../model/fuzz.ts';
import { fuzzFindingText } from '../report/fuzz-finding-text.ts';
import { printable } from '../report/printable.ts';
import { existing } from './campaign-values.ts';
import { findingsStyle } from './findings-style.ts';
import { tell, writeToStdout } from './messages.ts';
import { ownFailure } from './own-failure.ts';

const SHOWN = 1;
const NOT_SHOWN = 0;

/**
 * `renacer replay FILE` of a file that fuzzing wrote: the defect from scratch, in a copy of its input. Resolves to 1 if it shows, 0 if it does not
 * any more.
 */
export async function showFuzzingAgain(name: string, text: string, argv: readonly string[]): Promise<number> {
  if (argv.length > 0) {
    throw new RenacerError('USAGE', `replay: ${JSON.stringify(argv[0])} can't be used with the file of a finding`, {
      hint: 'It has the command, its input and options itself: renacer replay FILE',
    });
  }
  const file = parseFile(text, name);
  demandLibc();
  existing('the input of this finding', file.request.input, 'directory');
  if (file.request.stdin !== undefined) existing('the stdin of this finding', file.request.stdin, 'file');
  const shown = await ownFailure(() => showFuzzing(file));
  if (shown.isOtherInput) tell(`${file.request.input} is not as it was when this was found`);
  return shown.isShown ? told(file, shown) : notShown(file, shown);
}

function parseFile(text: string, name: string): FuzzFindingFile {
  parseRecording(text, name);
  const { fuzz } = JSON.parse(text.split('\n', 1)[0]!) as { readonly fuzz?: unknown };
  const read = readFuzzFinding(fuzz);
  if (typeof read !== 'string') return read;
  throw new RenacerError('BAD_RECORDING', `${name}:1: ${read}`, {
    hint: 'give a file that fuzzing wrote, as it was written',
  });
}

function told({ finding, request }: FuzzFindingFile, { verdict, observation }: ShownFuzzing): number {
  const reaction = finding.reaction.length > 0 ? finding.reaction : [endText(observation.end)];
  const now: FuzzFinding = { ...finding, verdict, reaction, replay: undefined, again: undefined };
  writeToStdout(fuzzFindingText(now, { ...findingsStyle(request.input), mark: 'shown again' }));
  return SHOWN;
}

function notShown({ finding }: FuzzFindingFile, { verdict, isMet }: ShownFuzzing): number {
  if (!isMet) {
    throw new RenacerError('FINDING_NOT_REACHED', 'some of its faults do not come any more', {
      hint: 'The command goes another way now, so that nothing can be said of this finding: fuzz it again.',
    });
  }
  writeToStdout(`no longer shown: ${finding.title} (${finding.id})\n`);
  writeToStdout(`now ${verdict.class}: ${printable(verdict.reason)}\n`);
  return NOT_SHOWN;
}
