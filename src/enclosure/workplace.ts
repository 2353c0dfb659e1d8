import type { NamespaceFds } from '../linux/namespaces.ts';
import type { TreeChange } from '../model/sweep.ts';
import type { CommandWords } from './kept-paths.ts';
import type { ImageLimits } from './tree-image.ts';

/** What is to be run where. */
export interface WorkplaceSpec extends CommandWords {
  /** `none`: a copy in a directory for temporary files, and nothing around it. */
  readonly isolation: 'full' | 'none';
  /** `own`: nothing but a loopback. */
  readonly network: 'own' | 'host';
  /** The directory whose copy is the work directory: its real path. */
  readonly input: string;
  /** Absolute paths in it that are not copied. */
  readonly leftOut: readonly string[];
  /** Paths of the work directory that are not told of. They are put back like any other. */
  readonly ignores: (path: string) => boolean;
  readonly limits?: ImageLimits | undefined;
}

/**
 * Where the runs of a command take place: a copy of its input, put back between runs. All who could change it must have ended when
 * something is asked for.
 */
export interface Workplace {
  /** As the command finds it. */
  readonly directory: string;
  /** For a LaunchSpec. */
  readonly namespaces: NamespaceFds | undefined;
  /** What differs from the input. */
  changes(): readonly TreeChange[];
  /** The same of the other directories that the command may write to, by absolute paths. */
  changesOutside(): readonly TreeChange[];
  /** The bytes of a file that {@link changes} named; undefined if that is none. */
  contents(path: string): Uint8Array | undefined;
  /** Whoever is born in it next has the first id that a command has there. False where ids can't be chosen. */
  numberAnew(): boolean;
  /** As the input, again. */
  restore(): void;
  /** Does something in the main thread such that what is started meanwhile, by whatever means, is in the workplace. */
  within<Result>(body: () => Result): Result;
  close(): void;
}
