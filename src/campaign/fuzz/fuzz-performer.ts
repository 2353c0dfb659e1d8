import type { FuzzObservation, FuzzRun } from '../../model/fuzz.ts';
import type { PerformOptions } from '../sweep/performer.ts';
import type { OpenPerformer as OpenAnyPerformer, Performer, Performers } from '../worker/performers.ts';

/** Performs runs that meet adversity; in clean runs there is none. */
export type FuzzPerformer = Performer<FuzzRun, PerformOptions, FuzzObservation>;
export type FuzzPerformers = Performers<FuzzRun, PerformOptions, FuzzObservation>;
export type OpenFuzzPerformer = OpenAnyPerformer<FuzzRun, PerformOptions, FuzzObservation>;
