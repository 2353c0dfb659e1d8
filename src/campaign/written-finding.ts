import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CampaignRequest } from '../model/campaign-request.ts';
import { shellQuote } from '../run/command/shell-quote.ts';
import { cannotOpen } from '../run/recording/open-for-writing.ts';

/** What of a request says where its own files go, and how long it takes: no matter for one of its findings. */
export const NOT_OF_FINDINGS = ['results', 'resume', 'findingsDirectory', 'self', 'forMs', 'jobs'] as const;

/** What of a request decides how one of its findings shows. */
export function requestWithout<Request extends object, Name extends keyof Request>(
  request: Request,
  names: readonly Name[],
): Omit<Request, Name> {
  const left: readonly PropertyKey[] = names;
  return Object.fromEntries(Object.entries(request).filter(([name]) => !left.includes(name))) as Omit<Request, Name>;
}

/** Where the file of a finding is, and the command line that shows it again. */
export interface WrittenFinding {
  readonly replay: string | undefined;
  readonly again: string | undefined;
}

/**
 * Writes the file of a finding, and says how it is shown again. The directory is made for the first one.
 *
 * @param onFailure what is told if it can't be written: the finding is one all the same
 */
export function writeFindingFile(
  id: string,
  text: string,
  { findingsDirectory, self }: CampaignRequest,
  onFailure: (text: string) => void,
): WrittenFinding {
  const file = path.resolve(findingsDirectory, `${id}.jsonl`);
  try {
    mkdirSync(findingsDirectory, { recursive: true });
    writeFileSync(file, text);
  } catch (cause) {
    onFailure(cannotOpen(file, 'the file of a finding', cause).message);
    return { replay: undefined, again: undefined };
  }
  return { replay: file, again: `${self} replay ${shellQuote([file])}` };
}
