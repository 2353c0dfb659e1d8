import type { SweepFinding } from '../../../model/sweep.ts';
import type { SweepRequest } from '../../../model/sweep-request.ts';
import { writeFindingFile } from '../../written-finding.ts';
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
  const text = printFindingFile({ finding: rest, request: findingRequest(request), ...of });
  return writeFindingFile(finding.id, text, request, onFailure);
}
