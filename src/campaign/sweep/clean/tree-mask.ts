import type { TreeChange, TreeEntry } from '../../../model/sweep.ts';
import { type Template, templateOf } from './template.ts';

/** What of a file may differ between good runs. */
const FIELDS = ['mode', 'size', 'digest', 'target', 'xattrs', 'mtimeMs'] as const;
type Field = (typeof FIELDS)[number];

/** How changes of files are made comparable: plain data. */
export interface TreeMask {
  /** Of whole paths. Files of equal masked paths get numbers. */
  readonly names: readonly Template[];
  /** What is not looked at of the files at these (masked) paths. */
  readonly fields: Readonly<Record<string, readonly Field[]>>;
}

/** What makes the changes of good runs the same; undefined if they change other files each time. */
export function learnTreeMask(runs: readonly (readonly TreeChange[])[]): TreeMask | undefined {
  const names = learnNames(runs.map((changes) => changes.map(({ path }) => path)));
  if (names === undefined) return undefined;
  const named = runs.map((changes) => maskChanges(changes, { names, fields: {} }));
  const [first] = named;
  if (named.some((changes) => pathsOf(changes) !== pathsOf(first!))) return undefined;
  const fields: Record<string, readonly Field[]> = {};
  first!.forEach(({ path, after }, index) => {
    const versions = named.map((changes) => changes[index]!.after);
    // Whether it is there, and as what, is never masked.
    if (versions.some((version) => version?.type !== after?.type)) return;
    const differing = FIELDS.filter((field) => versions.some((version) => version?.[field] !== after?.[field]));
    if (differing.length > 0) fields[path] = differing;
  });
  const mask = { names, fields };
  const masked = runs.map((changes) =>
    JSON.stringify(maskChanges(changes, mask).map(({ path, after }) => [path, after])),
  );
  return masked.every((text) => text === masked[0]) ? mask : undefined;
}

/** The changes with what differs by itself taken out, in the order of their paths. To do it twice changes nothing. */
export function maskChanges(changes: readonly TreeChange[], { names, fields }: TreeMask): TreeChange[] {
  const tests = names.map(({ pattern, masked }) => ({ whole: new RegExp(`^${pattern}$`), masked }));
  const counts = new Map<string, number>();
  return changes
    .map((change) => ({ change, masked: tests.find(({ whole }) => whole.test(change.path))?.masked }))
    .sort((a, b) => compare(orderOf(a), orderOf(b)))
    .map(({ change, masked }) => {
      const path = masked === undefined ? change.path : numbered(masked, counts);
      return { ...change, path, after: change.after && withoutFields(change.after, fields[path] ?? []) };
    });
}

/** By name; files of one masked name by what is in them, since the order of their real names says nothing. */
function orderOf({ change: { path, after }, masked }: { change: TreeChange; masked: string | undefined }): string[] {
  return masked === undefined ? [path] : [masked, `${after?.type} ${after?.size} ${after?.digest}`, path];
}

function compare(a: readonly string[], b: readonly string[]): number {
  const index = a.findIndex((text, at) => text !== b[at]);
  return index < 0 ? 0 : a[index]! < (b[index] ?? '') ? -1 : 1;
}

/** Patterns of the names that are not the same in all runs: they are paired in their order. */
function learnNames(runs: readonly (readonly string[])[]): Template[] | undefined {
  const common = new Set(runs[0]!.filter((path) => runs.every((paths) => paths.includes(path))));
  const own = runs.map((paths) => paths.filter((path) => !common.has(path)).sort());
  if (own.some(({ length }) => length !== own[0]!.length)) return undefined;
  const names: Template[] = [];
  for (let index = 0; index < own[0]!.length; index++) {
    const template = templateOf(own.map((paths) => paths[index]!));
    if (template === undefined) return undefined;
    if (!names.some(({ pattern }) => pattern === template.pattern)) names.push(template);
  }
  return names;
}

function numbered(path: string, counts: Map<string, number>): string {
  const count = (counts.get(path) ?? 0) + 1;
  counts.set(path, count);
  return count === 1 ? path : `${path} (${count})`;
}

function pathsOf(changes: readonly TreeChange[]): string {
  return JSON.stringify(changes.map(({ path }) => path));
}

function withoutFields(entry: TreeEntry, fields: readonly Field[]): TreeEntry {
  if (fields.length === 0) return entry;
  const fixed = { mode: 0, size: 0, digest: '', target: '', xattrs: '', mtimeMs: 0 };
  return { ...entry, ...Object.fromEntries(fields.map((field) => [field, fixed[field]])) };
}
