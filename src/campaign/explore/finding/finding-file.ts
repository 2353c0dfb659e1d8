import { printRecordingHeader } from '../../../faults/replay-file.ts';
import { printRecordedSwitch } from '../../../faults/switch-line.ts';
import type { ExploreRequest, OrderFinding } from '../../../model/explore.ts';
import { NOT_OF_FINDINGS, requestWithout, writeFindingFile } from '../../written-finding.ts';

/** The version of what an exploration adds to the first line of a recording. */
const VERSION = 1;

/** What of a request is no matter for one of its findings. */
type NotKept = (typeof NOT_OF_FINDINGS)[number] | 'runs' | 'keepsGoing' | 'bound';
const NOT_KEPT: readonly NotKept[] = [...NOT_OF_FINDINGS, 'runs', 'keepsGoing', 'bound'];

/** A finding, and all that is needed to show it again: a recording of its switches, whose first line says where it was found. */
export interface OrderFindingFile {
  readonly finding: Omit<OrderFinding, 'replay' | 'again' | 'told' | 'deadlock'>;
  readonly request: Omit<ExploreRequest, NotKept>;
  /** Of the accesses to memory that were points. */
  readonly seed: number;
  readonly plan: string;
  /** A digest of the input directory as it was. */
  readonly input: string;
}

interface Of {
  readonly request: ExploreRequest;
  readonly seed: number;
  readonly plan: string;
  readonly input: string;
}

/**
 * Writes the file of a finding, and says how it is shown again. The directory is made for the first one.
 *
 * @param onFailure what is told if it can't be written: the finding is one all the same
 */
export function writeFinding(
  finding: OrderFinding,
  { request, seed, plan, input }: Of,
  onFailure: (text: string) => void,
): Pick<OrderFinding, 'replay' | 'again'> {
  const { replay: _, again: __, told: ___, deadlock: ____, ...kept } = finding;
  const text = printOrderFinding({ finding: kept, request: requestWithout(request, NOT_KEPT), seed, plan, input });
  return writeFindingFile(finding.id, text, request, onFailure);
}

export function printOrderFinding(file: OrderFindingFile): string {
  const { command, args, verify, verifyAlways, points } = file.request;
  const header = printRecordingHeader({ seed: file.seed, command: [command, ...args], points, verify, verifyAlways });
  const first = JSON.stringify({ ...(JSON.parse(header) as object), explore: { version: VERSION, ...file } });
  return `${first}\n${file.finding.switches.map(printRecordedSwitch).join('')}`;
}
