import { createHash } from 'node:crypto';
import { cpSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, type Stats } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TreeChange, TreeEntry } from '../../../model/sweep.ts';
import type { Subject } from '../performer.ts';
import type { WorkTree } from './work-tree.ts';

/** What is called so is never part of an input. */
const OWN_DIRECTORY = '.renacer';

/** A copy of the input in a directory for temporary files, without an enclosure around it: nothing else is looked at or put back. */
export class PlainWorkTree implements WorkTree {
  readonly directory: string;
  readonly #input: string;
  readonly #leftOut: ReadonlySet<string>;
  readonly #ignores: (path: string) => boolean;
  readonly #image: ReadonlyMap<string, TreeEntry>;

  /** `ignores`: paths that are not told of. */
  constructor({ input, leftOut }: Pick<Subject, 'input' | 'leftOut'>, ignores: (path: string) => boolean) {
    this.#ignores = ignores;
    this.#input = input;
    this.#leftOut = new Set(leftOut);
    this.directory = mkdtempSync(path.join(tmpdir(), 'renacer-sweep-'));
    this.#fill();
    this.#image = entriesOf(this.directory);
  }

  changes(): readonly TreeChange[] {
    const now = entriesOf(this.directory);
    const paths = [...new Set([...this.#image.keys(), ...now.keys()])].sort();
    return paths.flatMap((name) => {
      const [before, after] = [this.#image.get(name), now.get(name)];
      return isSame(before, after) || this.#ignores(name) ? [] : [{ path: name, before, after }];
    });
  }

  changesOutside(): readonly TreeChange[] {
    return [];
  }

  contents(name: string): Uint8Array {
    return readFileSync(path.join(this.directory, name));
  }

  within<T>(start: () => T): T {
    return start();
  }

  restore(): void {
    if (this.changes().length === 0) return;
    for (const name of readdirSync(this.directory)) rmSync(path.join(this.directory, name), { recursive: true });
    this.#fill();
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #fill(): void {
    const filter = (file: string): boolean => !this.#leftOut.has(file) && path.basename(file) !== OWN_DIRECTORY;
    cpSync(this.#input, this.directory, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true, filter });
  }
}

function entriesOf(directory: string): Map<string, TreeEntry> {
  const entries = new Map<string, TreeEntry>();
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    entries.set(name, entryOf(path.join(directory, name)));
  }
  return entries;
}

function entryOf(file: string): TreeEntry {
  const stats = lstatSync(file);
  const common = { mode: stats.mode & 0o7777, size: stats.isDirectory() ? 0 : stats.size, mtimeMs: stats.mtimeMs };
  if (stats.isFile())
    return { type: 'file', ...common, digest: createHash('sha1').update(readFileSync(file)).digest('hex') };
  if (stats.isSymbolicLink()) return { type: 'symlink', ...common, target: readlinkSync(file) };
  return { type: typeOf(stats), ...common };
}

function typeOf(stats: Stats): TreeEntry['type'] {
  return stats.isDirectory() ? 'directory' : 'other';
}

function isSame(a: TreeEntry | undefined, b: TreeEntry | undefined): boolean {
  return (
    a?.type === b?.type &&
    a?.mode === b?.mode &&
    a?.size === b?.size &&
    a?.digest === b?.digest &&
    a?.target === b?.target
  );
}
