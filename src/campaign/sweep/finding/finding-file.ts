import { parseRecording, printRecordedFault, printRecordingHeader } from '../../../faults/replay-file.ts';
import { RenacerError } from '../../../model/errors.ts';
import { recordedFaults } from '../case-recording.ts';
import type { FindingFile } from './kept-finding.ts';

/** The version of what a sweep adds to the first line of a recording. */
const VERSION = 1;

export function printFindingFile({ finding, request, plan, input }: FindingFile): string {
  const { command, args, verify, verifyAlways } = request;
  const header = printRecordingHeader({ seed: 0, command: [command, ...args], verify, verifyAlways });
  const sweep = { version: VERSION, plan, input, finding, request };
  const first = JSON.stringify({ ...(JSON.parse(header) as object), sweep });
  return `${first}\n${recordedFaults(finding.case.faults).map(printRecordedFault).join('')}`;
}

/**
 * What a sweep has written into a recording; undefined for a recording of something else. Throws BAD_RECORDING.
 *
 * @param name what errors call the file
 */
export async function parseFindingFile(text: string, name: string): Promise<FindingFile | undefined> {
  parseRecording(text, name);
  const { sweep } = firstLineOf(text);
  if (sweep === undefined) return undefined;
  // It takes longer to load than all else.
  const { readFindingFile } = await import('./finding-schema.ts');
  const read = readFindingFile(sweep);
  if (typeof read !== 'string') return read;
  throw new RenacerError('BAD_RECORDING', `${name}:1: ${read}`, {
    hint: 'give a file that a sweep wrote, as it was written',
  });
}

/** A report is one line of JSON, or many that are none by themselves. */
function firstLineOf(text: string): { readonly sweep?: unknown } {
  try {
    return JSON.parse(text.split('\n', 1)[0]!) as { readonly sweep?: unknown };
  } catch {
    return {};
  }
}
