import type { ExploreRequest } from '../../model/explore.ts';
import type { Subject } from '../../model/subject.ts';
import type { JsonObject } from '../case-maker.ts';
import { commandInputs } from '../subject/command-inputs.ts';

/** All that decides which orders there are and how they are judged, as it stands in the first line of the results file. */
export function planInputs(request: ExploreRequest, subject: Subject): JsonObject {
  return {
    ...commandInputs(request, subject),
    options: {
      verify: request.verify ?? null,
      verify_always: request.verifyAlways ?? null,
      expect: request.expect,
      strategy: request.strategy,
      points: request.points,
      depth: request.depth,
      seed: request.seed,
      bound: request.bound ?? null,
      isolation: request.isolation,
      network: request.network,
    },
  };
}
