import type { FuzzRun } from '../../../model/fuzz.ts';
import type { PerformOptions } from '../../sweep/performer.ts';

/** A run that a worker is to make: by the warm engine, or by the ordinary one. */
export interface Job {
  readonly engine: 'warm' | 'ordinary';
  readonly run: FuzzRun;
  readonly options: PerformOptions;
}
