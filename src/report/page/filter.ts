import type { Item } from './items.ts';
import type { Trace } from './trace.ts';

/** What the reader has chosen to see. */
export interface Choice {
  text: string;
  errors: boolean;
  slow: boolean;
  injected: boolean;
  name: string | undefined;
  task: string | undefined;
  /** Microseconds since the first event. */
  range: readonly [from: number, to: number] | undefined;
}

export function everything(): Choice {
  return { text: '', errors: false, slow: false, injected: false, name: undefined, task: undefined, range: undefined };
}

/** The items that meet all that was chosen. All words of the text must be there, those after `!` must not. */
export function chosen({ items }: Trace, choice: Choice): readonly Item[] {
  const words = choice.text.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = words.filter((word) => !word.startsWith('!'));
  const unwanted = words.filter((word) => word.startsWith('!') && word.length > 1).map((word) => word.slice(1));
  const { range, errors, slow, injected, name, task } = choice;
  return items.filter(
    (item) =>
      (!range || (item.time <= range[1] && item.time + item.duration >= range[0])) &&
      (!errors || item.error !== '') &&
      (!slow || item.slow) &&
      (!injected || item.injected) &&
      (name === undefined || item.name === name) &&
      (task === undefined || item.lane.task === task) &&
      wanted.every((word) => item.searched.includes(word)) &&
      !unwanted.some((word) => item.searched.includes(word)),
  );
}
