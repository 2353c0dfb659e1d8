import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { printRecordingHeader } from '../../../faults/replay-file.ts';
import { printRecordedSwitch } from '../../../faults/switch-line.ts';
import type { ExploreRequest, OrderFinding } from '../../../model/explore.ts';
import { shellQuote } from '../../../run/command/shell-quote.ts';
import { cannotOpen } from '../../../run/recording/open-for-writing.ts';

/** The version of what an exploration adds to the first line of a recording. */
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
  'keepsGoing',
  'bound',
] as const;

/** A finding, and all that is needed to show it again: a recording of its switches, whose first line says where it was found. */
export interface OrderFindingFile {
  readonly finding: Omit<OrderFinding, 'replay' | 'again' | 'told' | 'deadlock'>;
  readonly request: Omit<ExploreRequest, NotOfFindings>;
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
  const file = path.resolve(request.findingsDirectory, `${finding.id}.jsonl`);
  try {
    mkdirSync(request.findingsDirectory, { recursive: true });
    writeFileSync(file, printOrderFinding({ finding: kept, request: findingRequest(request), seed, plan, input }));
  } catch (cause) {
    onFailure(cannotOpen(file, 'the file of a finding', cause).message);
    return { replay: undefined, again: undefined };
  }
  return { replay: file, again: `${request.self} replay ${shellQuote([file])}` };
}

export function printOrderFinding(file: OrderFindingFile): string {
  const { command, args, verify, verifyAlways, points } = file.request;
  const header = printRecordingHeader({ seed: file.seed, command: [command, ...args], points, verify, verifyAlways });
  const first = JSON.stringify({ ...(JSON.parse(header) as object), explore: { version: VERSION, ...file } });
  return `${first}\n${file.finding.switches.map(printRecordedSwitch).join('')}`;
}

function findingRequest(request: ExploreRequest): OrderFindingFile['request'] {
  const left: readonly string[] = NOT_OF_FINDINGS;
  const kept = Object.entries(request).filter(([name]) => !left.includes(name));
  return Object.fromEntries(kept) as unknown as OrderFindingFile['request'];
}
