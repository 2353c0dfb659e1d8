import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { printRecordedFault, printRecordingHeader } from '../../../faults/replay-file.ts';
import { printRecordedSwitch } from '../../../faults/switch-line.ts';
import type { FuzzFinding, FuzzRequest } from '../../../model/fuzz.ts';
import { shellQuote } from '../../../run/command/shell-quote.ts';
import { cannotOpen } from '../../../run/recording/open-for-writing.ts';
import { recordedFaults } from '../../sweep/case-recording.ts';

/** The version of what fuzzing adds to the first line of a recording. */
const VERSION = 1;

/** What of a request says where its own files go, and how long it takes: no matter for one of its findings. */
type NotOfFindings = (typeof NOT_OF_FINDINGS)[number];
const NOT_OF_FINDINGS = [
  'results',
  'resume',
  'findingsDirectory',
  'self',
  'forMs',
  'jobs',
  'runs',
  'seed',
  'kinds',
  'only',
  'paths',
  'errors',
] as const;

/** What of a request decides how one of its findings shows. */
export type FindingRequest = Omit<FuzzRequest, NotOfFindings>;

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
  const file = path.resolve(request.findingsDirectory, `${finding.id}.jsonl`);
  try {
    mkdirSync(request.findingsDirectory, { recursive: true });
    writeFileSync(file, printFuzzFinding({ finding: kept, request: findingRequest(request), plan, input }));
  } catch (cause) {
    onFailure(cannotOpen(file, 'the file of a finding', cause).message);
    return { replay: undefined, again: undefined };
  }
  return { replay: file, again: `${request.self} replay ${shellQuote([file])}` };
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

function findingRequest(request: FuzzRequest): FindingRequest {
  const left: readonly string[] = NOT_OF_FINDINGS;
  const kept = Object.entries(request).filter(([name]) => !left.includes(name));
  return Object.fromEntries(kept) as unknown as FindingRequest;
}
