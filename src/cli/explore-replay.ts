import type { OrderFindingFile } from '../campaign/explore/finding/finding-file.ts';
import { readOrderFinding } from '../campaign/explore/finding/finding-schema.ts';
import { type ShownOrder, showOrder } from '../campaign/explore/show-finding.ts';
import { parseRecording } from '../faults/replay-file.ts';
import { demandLibc } from '../linux/libc.ts';
import { RenacerError } from '../model/errors.ts';
import type { OrderFinding } from '../model/explore.ts';
import { orderFindingText } from '../report/explore-finding-text.ts';
import { printable } from '../report/printable.ts';
import { existing } from './campaign-values.ts';
import { findingsStyle } from './findings-style.ts';
import { tell, writeToStdout } from './messages.ts';
import { ownFailure } from './own-failure.ts';

const SHOWN = 1;
const NOT_SHOWN = 0;

/**
 * `renacer replay FILE` of a file that an exploration wrote: the failure from scratch, in a copy of its input. Resolves to 1 if it shows, 0 if
 * it does not any more.
 */
export async function showOrderAgain(name: string, text: string, argv: readonly string[]): Promise<number> {
  if (argv.length > 0) {
    throw new RenacerError('USAGE', `replay: ${JSON.stringify(argv[0])} can't be used with the file of a finding`, {
      hint: 'It has the command, its input and options itself: renacer replay FILE',
    });
  }
  const file = parseFile(text, name);
  demandLibc();
  existing('the input of this finding', file.request.input, 'directory');
  if (file.request.stdin !== undefined) existing('the stdin of this finding', file.request.stdin, 'file');
  const shown = await ownFailure(() => showOrder(file));
  if (shown.isOtherInput) tell(`${file.request.input} is not as it was when this was found`);
  return shown.isShown ? told(file, shown) : notShown(file, shown);
}

function parseFile(text: string, name: string): OrderFindingFile {
  parseRecording(text, name);
  const { explore } = JSON.parse(text.split('\n', 1)[0]!) as { readonly explore?: unknown };
  const read = readOrderFinding(explore);
  if (typeof read !== 'string') return read;
  throw new RenacerError('BAD_RECORDING', `${name}:1: ${read}`, {
    hint: 'give a file that an exploration wrote, as it was written',
  });
}

function told({ finding, request }: OrderFindingFile, { verdict, told: switches, deadlock }: ShownOrder): number {
  const { reason, evidence } = verdict;
  const now: OrderFinding = {
    ...finding,
    reason,
    evidence,
    told: switches,
    deadlock,
    replay: undefined,
    again: undefined,
  };
  writeToStdout(orderFindingText(now, { ...findingsStyle(request.input), mark: 'shown again' }));
  return SHOWN;
}

function notShown({ finding }: OrderFindingFile, { verdict, observation }: ShownOrder): number {
  if (observation.missed > 0) {
    throw new RenacerError('FINDING_NOT_REACHED', `${observation.missed} of its switches can't be made any more`, {
      hint: 'The command goes another way now, so that nothing can be said of this finding: explore it again.',
    });
  }
  writeToStdout(`no longer shown: ${finding.title} (${finding.id})\n`);
  writeToStdout(`now ${verdict.class}: ${printable(verdict.reason)}\n`);
  return NOT_SHOWN;
}
