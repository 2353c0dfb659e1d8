import type { FuzzRequest } from '../../model/fuzz.ts';
import type { Subject } from '../../model/subject.ts';
import type { JsonObject } from '../case-maker.ts';
import { commandInputs } from '../subject/command-inputs.ts';
import { judgingInputs, narrowingInputs } from '../subject/fault-inputs.ts';

/** All that decides which runs there are and how they are judged, as it stands in the first line of the results file. */
export function planInputs(request: FuzzRequest, subject: Subject): JsonObject {
  return {
    ...commandInputs(request, subject),
    options: {
      ...judgingInputs(request),
      kinds: request.kinds,
      ...narrowingInputs(request),
      seed: request.seed,
      isolation: request.isolation,
      network: request.network,
    },
  };
}
