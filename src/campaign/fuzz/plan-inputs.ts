import type { FuzzRequest } from '../../model/fuzz.ts';
import type { Subject } from '../../model/subject.ts';
import type { JsonObject } from '../case-maker.ts';
import { commandInputs } from '../subject/command-inputs.ts';

/** All that decides which runs there are and how they are judged, as it stands in the first line of the results file. */
export function planInputs(request: FuzzRequest, subject: Subject): JsonObject {
  return {
    ...commandInputs(request, subject),
    options: {
      ignore: request.ignore,
      compare: request.compare,
      verify: request.verify ?? null,
      verify_always: request.verifyAlways ?? null,
      protect: request.protect ?? null,
      kinds: request.kinds,
      only: request.only ?? null,
      paths: request.paths,
      errors: request.errors ?? null,
      seed: request.seed,
      isolation: request.isolation,
      network: request.network,
    },
  };
}
