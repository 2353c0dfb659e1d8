import { parseFindingFile } from '../campaign/sweep/finding/finding-file.ts';
import type { FindingFile } from '../campaign/sweep/finding/kept-finding.ts';
import { endText } from '../campaign/sweep/finding/reaction.ts';
import { type ShownFinding, showFinding } from '../campaign/sweep/show-finding.ts';
import { demandLibc } from '../linux/libc.ts';
import { RenacerError } from '../model/errors.ts';
import type { SweepFinding } from '../model/sweep.ts';
import { printable } from '../report/printable.ts';
import { findingText } from '../report/sweep-finding-text.ts';
import { existing } from './campaign-values.ts';
import { findingsStyle } from './findings-style.ts';
import { tell, writeToStdout } from './messages.ts';
import { ownFailure } from './own-failure.ts';

const SHOWN = 1;
const NOT_SHOWN = 0;

/**
 * `renacer replay FILE` of a file that a sweep wrote: the defect from scratch, in a copy of its input. Resolves to 1 if it shows, 0 if
 * it does not any more.
 */
export async function showAgain(name: string, text: string, argv: readonly string[]): Promise<number> {
  if (argv.length > 0) {
    throw new RenacerError('USAGE', `replay: ${JSON.stringify(argv[0])} can't be used with the file of a finding`, {
      hint: 'It has the command, its input and options itself: renacer replay FILE',
    });
  }
  const file = await parseFindingFile(text, name);
  if (file === undefined) throw new RenacerError('BAD_RECORDING', `${name}:1: sweep is not what a sweep writes`);
  demandLibc();
  refuseWithoutInput(file);
  const shown = await ownFailure(() => showFinding(file));
  if (shown.isOtherInput) tell(`${file.request.input} is not as it was when this was found`);
  return shown.isShown ? told(file, shown) : notShown(file, shown);
}

function refuseWithoutInput({ request: { input, stdin } }: FindingFile): void {
  existing('the input of this finding', input, 'directory');
  if (stdin !== undefined) existing('the stdin of this finding', stdin, 'file');
}

function told({ finding, request }: FindingFile, { verdict, observation }: ShownFinding): number {
  const reaction = finding.reaction.length > 0 ? finding.reaction : [endText(observation.end)];
  const now: SweepFinding = { ...finding, verdict, reaction, replay: undefined, again: undefined };
  writeToStdout(findingText(now, { ...findingsStyle(request.input), mark: 'shown again' }));
  return SHOWN;
}

function notShown({ finding }: FindingFile, { verdict, observation }: ShownFinding): number {
  const { faults } = finding.case;
  if (observation.injected < faults.length) {
    const { syscall, ordinal, task } = faults[observation.injected]!;
    throw new RenacerError('FINDING_NOT_REACHED', `${syscall} #${ordinal} of task ${task} is not made any more`, {
      hint: 'The command goes another way now, so that nothing can be said of this finding: sweep it again.',
    });
  }
  writeToStdout(`no longer shown: ${finding.title} (${finding.id})\n`);
  writeToStdout(`now ${verdict.class}: ${printable(verdict.reason)}\n`);
  return NOT_SHOWN;
}
