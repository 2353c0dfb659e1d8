import { parseFindingFile } from '../campaign/sweep/finding/finding-file.ts';
import type { FindingFile } from '../campaign/sweep/finding/kept-finding.ts';
import { endText } from '../campaign/sweep/finding/reaction.ts';
import { showFinding } from '../campaign/sweep/show-finding.ts';
import { RenacerError } from '../model/errors.ts';
import { findingText } from '../report/sweep-finding-text.ts';
import { replayFinding } from './campaign-replay.ts';

/** `renacer replay FILE` of a file that a sweep wrote; resolves to the exit code. */
export function showAgain(name: string, text: string, argv: readonly string[]): Promise<number> {
  return replayFinding(argv, {
    read: () => readFile(text, name),
    show: (file) => showFinding(file),
    text: ({ finding }, { verdict, observation }, style) => {
      const reaction = finding.reaction.length > 0 ? finding.reaction : [endText(observation.end)];
      return findingText({ ...finding, verdict, reaction, replay: undefined, again: undefined }, style);
    },
    notReached: ({ finding: { case: of } }, { observation: { injected } }) => {
      const missed = of.faults[injected];
      return missed && `${missed.syscall} #${missed.ordinal} of task ${missed.task} is not made any more`;
    },
    again: 'sweep it again',
  });
}

async function readFile(text: string, name: string): Promise<FindingFile> {
  const file = await parseFindingFile(text, name);
  if (file === undefined) throw new RenacerError('BAD_RECORDING', `${name}:1: sweep is not what a sweep writes`);
  return file;
}
