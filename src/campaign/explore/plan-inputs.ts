import path from 'node:path';
import type { ExploreRequest } from '../../model/explore.ts';
import type { Subject } from '../../model/subject.ts';
import type { JsonObject } from '../case-maker.ts';
import { fileDigest, inputDigest } from '../subject/input-digest.ts';

/** All that decides which orders there are and how they are judged, as it stands in the first line of the results file. */
export function planInputs(request: ExploreRequest, { file }: Subject): JsonObject {
  const program = path.resolve(request.input, file);
  return {
    command: [request.command, ...request.args],
    program: { file: program, digest: fileDigest(program) },
    input: inputDigest(request.input, request.ownFiles),
    stdin: request.stdin === undefined ? null : fileDigest(request.stdin),
    env: request.env,
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
