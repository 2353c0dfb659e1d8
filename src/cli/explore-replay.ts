import { readOrderFinding } from '../campaign/explore/finding/finding-schema.ts';
import { showOrder } from '../campaign/explore/show-finding.ts';
import { orderFindingText } from '../report/explore-finding-text.ts';
import { readFirstLine, replayFinding } from './campaign-replay.ts';

/** `renacer replay FILE` of a file that an exploration wrote; resolves to the exit code. */
export function showOrderAgain(name: string, text: string, argv: readonly string[]): Promise<number> {
  return replayFinding(argv, {
    read: () => readFirstLine(text, name, 'explore', 'an exploration', readOrderFinding),
    show: (file) => showOrder(file),
    text: ({ finding }, { verdict: { reason, evidence }, told, deadlock }, style) =>
      orderFindingText({ ...finding, reason, evidence, told, deadlock, replay: undefined, again: undefined }, style),
    notReached: (_, { observation: { missed } }) =>
      missed > 0 ? `${missed} of its switches can't be made any more` : undefined,
    again: 'explore it again',
  });
}
