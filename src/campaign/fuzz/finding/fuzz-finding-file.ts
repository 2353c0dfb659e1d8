import { printRecordedFault, printRecordingHeader } from '../../../faults/replay-file.ts';
import { printRecordedSwitch } from '../../../faults/switch-line.ts';
import type { FuzzFinding, FuzzRequest } from '../../../model/fuzz.ts';
import { recordedFaults } from '../../sweep/case-recording.ts';
import { NOT_OF_FINDINGS, requestWithout, writeFindingFile } from '../../written-finding.ts';

/** The version of what fuzzing adds to the first line of a recording. */
const VERSION = 1;

/** What of a request is no matter for one of its findings. */
type NotKept = (typeof NOT_OF_FINDINGS)[number] | 'runs' | 'seed' | 'kinds' | 'only' | 'paths' | 'errors';
const NOT_KEPT: readonly NotKept[] = [...NOT_OF_FINDINGS, 'runs', 'seed', 'kinds', 'only', 'paths', 'errors'];

/** What of a request decides how one of its findings shows. */
export type FindingRequest = Omit<FuzzRequest, NotKept>;

/** A finding, and all that is needed to show it again: a recording of its faults and switches, whose first line says where it was found. */
export interface FuzzFindingFile {
  readonly finding: Omit<FuzzFinding, 'replay' | 'again'>;
  readonly request: FindingRequest;
  readonly plan: string;
  /** A digest of the input directory as it was. */
  readonly input: string;
}

interface Of {
  readonly request: FuzzRequest;
  readonly plan: string;
  readonly input: string;
}

/**
 * Writes the file of a finding, and says how it is shown again. The directory is made for the first one.
 *
 * @param onFailure what is told if it can't be written: the finding is one all the same
 */
export function writeFinding(
  finding: FuzzFinding,
  { request, plan, input }: Of,
  onFailure: (text: string) => void,
): Pick<FuzzFinding, 'replay' | 'again'> {
  const { replay: _, again: __, ...kept } = finding;
  const text = printFuzzFinding({ finding: kept, request: requestWithout(request, NOT_KEPT), plan, input });
  return writeFindingFile(finding.id, text, request, onFailure);
}

export function printFuzzFinding(file: FuzzFindingFile): string {
  const { command, args, verify, verifyAlways } = file.request;
  const { faults, switches } = file.finding.adversity;
  const points = switches.length === 0 ? undefined : ('calls' as const);
  const header = printRecordingHeader({ seed: 0, command: [command, ...args], points, verify, verifyAlways });
  const first = JSON.stringify({ ...(JSON.parse(header) as object), fuzz: { version: VERSION, ...file } });
  const lines = [...recordedFaults(faults).map(printRecordedFault), ...switches.map(printRecordedSwitch)];
  return `${first}\n${lines.join('')}`;
}
