import type { Subject } from '../../../model/subject.ts';
import type { SweepRequest } from '../../../model/sweep-request.ts';
import type { JsonObject } from '../../case-maker.ts';
import { commandInputs } from '../../subject/command-inputs.ts';
import { judgingInputs, narrowingInputs } from '../../subject/fault-inputs.ts';

/** All that decides which cases there are and how they are judged, as it stands in the first line of the results file. */
export function planInputs(request: SweepRequest, subject: Subject): JsonObject {
  return {
    ...commandInputs(request, subject),
    options: {
      ...judgingInputs(request),
      faults: request.faults,
      every: request.every,
      depth: request.depth,
      ...narrowingInputs(request),
      sites: request.sites,
      quick: request.quick,
      isolation: request.isolation,
      network: request.network,
      ready: request.ready ?? null,
      drive: request.drive ?? null,
    },
  };
}
