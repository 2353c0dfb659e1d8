import type { FaultCampaignRequest } from '../../model/fault-campaign-request.ts';
import type { JsonObject } from '../case-maker.ts';

/** The options by which a run with faults is judged, as they stand in the first line of the results file. */
export function judgingInputs(request: FaultCampaignRequest): JsonObject {
  return {
    ignore: request.ignore,
    compare: request.compare,
    verify: request.verify ?? null,
    verify_always: request.verifyAlways ?? null,
    protect: request.protect ?? null,
  };
}

/** Those that say which calls meet faults. */
export function narrowingInputs(request: FaultCampaignRequest): JsonObject {
  return { only: request.only ?? null, paths: request.paths, errors: request.errors ?? null };
}
