import type { Item, Lane } from './items.ts';
import type { PageFault } from './rows.ts';

/** A fault with its place in the page: the call or signal that it changed, if that is there, or else a time. */
export interface PlacedFault {
  readonly text: string;
  /** Microseconds since the first event. */
  readonly time: number;
  readonly item: Item | undefined;
  /** Undefined for packets, which belong to no task. */
  readonly lane: Lane | undefined;
}

/** Finds for each fault the event that is marked as injected, of its task and name, and nearest in time. */
export function placeFaults(
  faults: readonly PageFault[],
  items: readonly Item[],
  lanes: ReadonlyMap<string, Lane>,
): readonly PlacedFault[] {
  const marked = new Map<string, Item[]>();
  for (const item of items) {
    if (!item.injected) continue;
    const key = `${item.lane.task} ${item.name}`;
    const known = marked.get(key);
    if (known === undefined) marked.set(key, [item]);
    else known.push(item);
  }
  return faults.map(({ text, task, name, time }) => {
    const item = nearest(marked.get(`${task} ${name}`) ?? [], time);
    const lane = task === undefined ? undefined : lanes.get(task);
    return { text, time: item?.time ?? time, item, lane: item?.lane ?? lane };
  });
}

function nearest(items: readonly Item[], time: number): Item | undefined {
  let best: Item | undefined;
  for (const item of items) if (!best || Math.abs(item.time - time) < Math.abs(best.time - time)) best = item;
  return best;
}
