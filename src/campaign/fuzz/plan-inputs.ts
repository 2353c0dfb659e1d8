import path from 'node:path';
import type { FuzzRequest } from '../../model/fuzz.ts';
import type { Subject } from '../../model/subject.ts';
import type { JsonObject } from '../case-maker.ts';
import { fileDigest, inputDigest } from '../subject/input-digest.ts';

/** All that decides which runs there are and how they are judged, as it stands in the first line of the results file. */
export function planInputs(request: FuzzRequest, { file }: Subject): JsonObject {
  const program = path.resolve(request.input, file);
  return {
    command: [request.command, ...request.args],
    program: { file: program, digest: fileDigest(program) },
    input: inputDigest(request.input, request.ownFiles),
    stdin: request.stdin === undefined ? null : fileDigest(request.stdin),
    env: request.env,
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
