import { lstatSync, statSync } from 'node:fs';
import { AT_FDCWD, type NamedPath, pathsOf } from '../../../faults/call-descriptors.ts';
import type { CallFacts } from '../../../faults/call-facts.ts';
import { linkOf } from '../../../faults/descriptor.ts';
import { compilePath, namesOf } from '../../../faults/path-matcher.ts';
import type { TriggerEvent } from '../../../model/scenario.ts';
import { syscallName, syscallNumber } from '../../../syscalls/syscall-table.ts';
import type { StoppedCall } from '../../../tracer/policy.ts';
import type { AtReturn, CallWatcher } from './call-watcher.ts';

type FileEvent = Extract<TriggerEvent, { readonly kind: 'file' }>;

const OPENS = ['open', 'openat', 'openat2', 'creat'];
const MAKES = ['mkdir', 'mkdirat', 'mknod', 'mknodat', 'symlink', 'symlinkat', 'link', 'linkat'];
const RENAMES = ['rename', 'renameat', 'renameat2'];
const REMOVES = ['unlink', 'unlinkat', 'rmdir'];
const GROWS = [
  'write',
  'writev',
  'pwrite64',
  'pwritev',
  'pwritev2',
  'ftruncate',
  'fallocate',
  'copy_file_range',
  'sendfile',
  'splice',
];

/** A file is made, goes, or grows beyond a size, by a call of the tree: when that has come back well. */
export class FileTrigger implements CallWatcher {
  readonly numbers: ReadonlySet<number>;
  readonly #glob: string;
  readonly #is: FileEvent['is'];
  #matches: (path: string) => boolean;
  /** Files that are beyond the size. */
  readonly #large = new Set<string>();

  constructor({ glob, is }: FileEvent) {
    const names =
      is === 'created' ? [...OPENS, ...MAKES, ...RENAMES] : is === 'gone' ? [...REMOVES, ...RENAMES] : GROWS;
    this.numbers = new Set(names.map((name) => syscallNumber(name)).filter((nr) => nr !== undefined));
    this.#glob = glob;
    this.#is = is;
    this.#matches = compilePath(glob, '/');
  }

  beginIn(directory: string): void {
    this.#matches = compilePath(this.#glob, directory);
  }

  onEntry(facts: CallFacts): AtReturn | undefined {
    if (typeof this.#is === 'object') return this.#growth(facts, this.#is.largerThan);
    const { call } = facts;
    const paths = pathsOf(call).map((path) => absolute(call, path));
    // Of two, the first is what there was, and the last is what there will be.
    const path = this.#is === 'created' ? paths.at(-1) : paths[0];
    if (path === undefined || !namesOf(path).some(this.#matches)) return undefined;
    const isNew = !exists(path);
    if (this.#is === 'created' && OPENS.includes(syscallName(call.nr)) && !isNew) return undefined;
    return ({ result }) => (result.signed(0) >= 0 && exists(path) === (this.#is === 'created') ? 1 : 0);
  }

  #growth({ call, descriptor }: CallFacts, bytes: number): AtReturn | undefined {
    const path = descriptor?.link;
    if (!path?.startsWith('/') || !this.#matches(path)) return undefined;
    return () => {
      const isLarge = (sizeOf(path) ?? 0) > bytes;
      const wasLarge = this.#large.has(path);
      if (isLarge) this.#large.add(path);
      else this.#large.delete(path);
      return isLarge && !wasLarge && call.result.signed(0) >= 0 ? 1 : 0;
    };
  }
}

function absolute({ task }: StoppedCall, { text, directory }: NamedPath): string {
  if (text.startsWith('/')) return text;
  const base = linkOf(directory === AT_FDCWD ? `/proc/${task.tid}/cwd` : `/proc/${task.tid}/fd/${directory}`);
  return `${base ?? ''}/${text}`;
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
