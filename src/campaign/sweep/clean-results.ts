import type { Observation, TreeChange } from '../../model/sweep.ts';

/** The texts that runs are compared by. */
export type ComparedText = 'stdout' | 'stderr' | 'client';

/** Takes out of results what differs between good runs by itself. To mask what is masked changes nothing. */
export interface Mask {
  /** A character a byte. */
  text(of: ComparedText, text: string): string;
  /** In the work directory, and outside of it. */
  changes(changes: readonly TreeChange[]): readonly TreeChange[];
}

/** What a good run gives. */
export interface CleanResults {
  /** One of the clean runs, with the contents of its files. */
  readonly observation: Observation;
  readonly mask: Mask;
  /** Texts that the clean runs agree in, once masked: others are not compared. */
  readonly stable: readonly ComparedText[];
}
