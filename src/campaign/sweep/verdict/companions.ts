import type { PathState } from './tree-state.ts';

/** By these SQLite makes a database whole again, as soon as it is opened. */
const JOURNALS: readonly string[] = ['-journal', '-wal'];
/** What programs call a copy of a file, or the new one that was to take its place. */
const COPIES: readonly string[] = ['.orig', '.bak', '.old', '.lock', '.new', '.tmp', '~'];

/** The journal that a run has left beside a file. */
export function journalOf(path: string, states: readonly PathState[]): string | undefined {
  return leftBeside(path, JOURNALS, states);
}

/** What a run has left beside a file, and may be a copy of it. */
export function copyOf(path: string, states: readonly PathState[]): string | undefined {
  return leftBeside(path, COPIES, states);
}

function leftBeside(path: string, endings: readonly string[], states: readonly PathState[]): string | undefined {
  const names = new Set(endings.map((ending) => path + ending));
  return states.find(({ path: name, now }) => names.has(name) && now?.type === 'file' && now.size > 0)?.path;
}
