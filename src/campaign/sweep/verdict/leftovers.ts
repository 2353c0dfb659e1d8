import { journalOf } from './companions.ts';
import type { ComparedRun } from './compared-run.ts';
import { isCache } from './side-files.ts';
import { type PathState, sameContent } from './tree-state.ts';

/** What is no finding by itself: what a good run does not leave, half-written new files, and what it tried outside. */
export function notesOn({ good, now, states }: ComparedRun): readonly string[] {
  return [
    ...states.flatMap((state) => noteOnFile(state, states)),
    ...without(now.leftRunning, good.leftRunning).map((program) => `leaves a process running: ${program}`),
    ...without(now.denied, good.denied).map((path) => `tried to change ${path}`),
  ];
}

function noteOnFile({ path, before, now, good, grown }: PathState, states: readonly PathState[]): string[] {
  const journal = before && good && !sameContent(now, good) ? journalOf(path, states) : undefined;
  if (journal) return [`leaves ${path} to its journal: whether it can be made whole again, --verify-always can say`];
  if (before) return grown && good && !sameContent(now, good) ? [`${path} has grown by a part`] : [];
  if (!good) return now ? [`leaves ${path}${now.type === 'directory' ? '/' : ''}`] : [];
  if (!now) return isCache(path) ? [`does without its cache ${path}`] : [];
  return now.type === 'file' && !sameContent(now, good) ? [`leaves ${path} unfinished`] : [];
}

/** Those of the first that are not matched by one of the others. */
function without(some: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return some.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
