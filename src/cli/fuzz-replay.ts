import { readFuzzFinding } from '../campaign/fuzz/finding/fuzz-finding-schema.ts';
import { showFuzzing } from '../campaign/fuzz/show-finding.ts';
import { endText } from '../campaign/sweep/finding/reaction.ts';
import { fuzzFindingText } from '../report/fuzz-finding-text.ts';
import { readFirstLine, replayFinding } from './campaign-replay.ts';

/** `renacer replay FILE` of a file that fuzzing wrote; resolves to the exit code. */
export function showFuzzingAgain(name: string, text: string, argv: readonly string[]): Promise<number> {
  return replayFinding(argv, {
    read: () => readFirstLine(text, name, 'fuzz', 'fuzzing', readFuzzFinding),
    show: (file) => showFuzzing(file),
    text: ({ finding }, { verdict, observation }, style) => {
      const reaction = finding.reaction.length > 0 ? finding.reaction : [endText(observation.end)];
      return fuzzFindingText({ ...finding, verdict, reaction, replay: undefined, again: undefined }, style);
    },
    notReached: (_, { isMet }) => (isMet ? undefined : 'some of its faults do not come any more'),
    again: 'fuzz it again',
  });
}
