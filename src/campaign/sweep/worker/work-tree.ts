import type { TreeChange } from '../../../model/sweep.ts';

/** The directory that each run works in: a copy of the input, put back between runs. */
export interface WorkTree {
  /** As the command finds it. */
  readonly directory: string;
  /** What differs from the input. */
  changes(): readonly TreeChange[];
  /** The same of the other directories that the command may write to, by absolute paths. */
  changesOutside(): readonly TreeChange[];
  /** The bytes of a file in it, as it is now. */
  contents(path: string): Uint8Array;
  /** As the input, again. */
  restore(): void;
  dispose(): void;
}
