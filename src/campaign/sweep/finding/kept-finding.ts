import type { SweepFinding } from '../../../model/sweep.ts';
import type { SweepRequest } from '../../../model/sweep-request.ts';

/** What of a request says where its own files go, and how long it takes: no matter for one of its findings. */
type NotOfFindings = 'results' | 'resume' | 'findingsDirectory' | 'self' | 'forMs' | 'jobs' | 'maxRuns';
const NOT_OF_FINDINGS: readonly NotOfFindings[] = [
  'results',
  'resume',
  'findingsDirectory',
  'self',
  'forMs',
  'jobs',
  'maxRuns',
];

/** What of a sweep decides how one of its cases goes. */
export type FindingRequest = Omit<SweepRequest, NotOfFindings>;

/** A finding, and all that is needed to show it again: a recording of its faults, whose first line says where it was found. */
export interface FindingFile {
  readonly finding: Omit<SweepFinding, 'replay' | 'again'>;
  readonly request: FindingRequest;
  /** A digest of the plan that it is of. */
  readonly plan: string;
  /** A digest of the input directory as it was. */
  readonly input: string;
}

export function findingRequest(request: SweepRequest): FindingRequest {
  const left: readonly string[] = NOT_OF_FINDINGS;
  return Object.fromEntries(
    Object.entries(request).filter(([name]) => !left.includes(name)),
  ) as unknown as FindingRequest;
}
