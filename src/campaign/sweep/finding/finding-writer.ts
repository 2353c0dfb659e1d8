import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SweepFinding } from '../../../model/sweep.ts';
import type { SweepRequest } from '../../../model/sweep-request.ts';
import { shellQuote } from '../../../run/command/shell-quote.ts';
import { cannotOpen } from '../../../run/recording/open-for-writing.ts';
import { printFindingFile } from './finding-file.ts';
import { type FindingFile, findingRequest } from './kept-finding.ts';

/**
 * Writes the file of a finding, and says how it is shown again. The directory is made for the first one.
 *
 * @param onFailure what is told if it can't be written: the finding is one all the same
 */
export function writeFinding(
  finding: SweepFinding,
  request: SweepRequest,
  of: Pick<FindingFile, 'plan' | 'input'>,
  onFailure: (text: string) => void,
): Pick<SweepFinding, 'replay' | 'again'> {
  const { replay: _, again: __, ...rest } = finding;
  const file = path.resolve(request.findingsDirectory, `${finding.id}.jsonl`);
  try {
    mkdirSync(request.findingsDirectory, { recursive: true });
    writeFileSync(file, printFindingFile({ finding: rest, request: findingRequest(request), ...of }));
  } catch (cause) {
    onFailure(cannotOpen(file, 'the file of a finding', cause).message);
    return { replay: undefined, again: undefined };
  }
  return { replay: file, again: `${request.self} replay ${shellQuote([file])}` };
}
