import path from 'node:path';
import type { CampaignRequest } from '../../model/campaign-request.ts';
import type { Subject } from '../../model/subject.ts';
import type { JsonObject } from '../case-maker.ts';
import { fileDigest, inputDigest } from './input-digest.ts';

/** What is run, and on what, as it stands in the first line of the results file. Throws INPUT_UNREADABLE. */
export function commandInputs(request: CampaignRequest, { file }: Subject): JsonObject {
  const program = path.resolve(request.input, file);
  return {
    command: [request.command, ...request.args],
    program: { file: program, digest: fileDigest(program) },
    input: inputDigest(request.input, request.ownFiles),
    stdin: request.stdin === undefined ? null : fileDigest(request.stdin),
    env: request.env,
  };
}
