import type { SweepFinding } from '../../../model/sweep.ts';
import type { SweepRequest } from '../../../model/sweep-request.ts';
import { NOT_OF_FINDINGS, requestWithout } from '../../written-finding.ts';

type NotKept = (typeof NOT_OF_FINDINGS)[number] | 'maxRuns';
const NOT_KEPT: readonly NotKept[] = [...NOT_OF_FINDINGS, 'maxRuns'];

/** What of a sweep decides how one of its cases goes. */
export type FindingRequest = Omit<SweepRequest, NotKept>;

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
  return requestWithout(request, NOT_KEPT);
}
