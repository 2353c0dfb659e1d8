import type { NamespaceFds } from '../../../linux/namespaces.ts';
import type { TreeChange } from '../../../model/sweep.ts';

/** The directory that each run works in: a copy of the input, put back between runs. */
export interface WorkTree {
  /** As the command finds it. */
  readonly directory: string;
  /** For a LaunchSpec: where the command is to be. */
  readonly namespaces?: NamespaceFds | undefined;
  /** What differs from the input. */
  changes(): readonly TreeChange[];
  /** The same of the other directories that the command may write to, by absolute paths. */
  changesOutside(): readonly TreeChange[];
  /** The bytes of a file in it that the last {@link changes} named; undefined if they can't be read. */
  contents(path: string): Uint8Array | undefined;
  /** Calls a function such that processes that it starts are where the command is. */
  within<T>(start: () => T): T;
  /** As the input, again. */
  restore(): void;
  close(): void;
}
