import type { CampaignResult, CauseOfCases } from './campaign.ts';
import type { FaultCampaignRequest } from './fault-campaign-request.ts';
import type { Switch } from './schedule.ts';
import {
  CASE_CLASSES,
  type CaseClass,
  type CaseFault,
  FINDING_CLASSES,
  type Observation,
  type Site,
  type SweepVerdict,
} from './sweep.ts';

/** Kinds of adversity. A run meets some of them, by its seed. */
export const ADVERSITY_KINDS = [
  'errors',
  'short',
  'persistent',
  'kill',
  'signals',
  'delays',
  'limits',
  'orders',
] as const;
export type AdversityKind = (typeof ADVERSITY_KINDS)[number];

/** How a run ended. `flaky`: it was a finding, and its adversity alone did not lead there again; that is none. */
export type FuzzClass = CaseClass | 'flaky';
export const FUZZ_CLASSES: readonly FuzzClass[] = [...CASE_CLASSES, 'flaky'];

/** The classes that are findings, worst first: those of a sweep. */
export const FUZZ_FINDING_CLASSES: readonly FuzzClass[] = FINDING_CLASSES;

/** What a process may have at most: open files, or bytes of memory. */
export interface FuzzLimit {
  readonly of: 'files' | 'memory';
  readonly most: number;
}

/** What a run meets, all of it: nothing is drawn any more. */
export interface Adversity {
  /** In the order in which they came. Signals are `signal=SIGTERM`, delays `delay_enter=10ms`, with the way `once`. */
  readonly faults: readonly CaseFault[];
  readonly limits: readonly FuzzLimit[];
  /** Where another task goes on than usual; without any, the kernel chooses. */
  readonly switches: readonly Switch[];
}

/** Faults that are drawn in the run, after the first one has come: at calls that nobody knows before. */
export interface Aftershocks {
  readonly seed: number;
  /** The chance of a call. */
  readonly rate: number;
  /** In all. */
  readonly most: number;
  readonly syscalls: readonly string[];
  /** Globs: only calls on such paths, if there are any. */
  readonly paths: readonly string[];
  readonly errors: readonly string[] | undefined;
  readonly kinds: readonly ('error' | 'short')[];
}

/** A run of a fuzzing campaign. */
export interface FuzzRun extends Adversity {
  readonly aftershocks?: Aftershocks | undefined;
  /** The order of tasks is drawn, too, from this seed: then there are no switches. */
  readonly orderSeed?: number | undefined;
}

export interface FuzzObservation extends Observation {
  /** What it has met. */
  readonly made: Adversity;
  /** Why the same adversity may lead to another run. */
  readonly notExact: readonly string[];
}

/** A campaign as it is asked for: all options with their values, paths absolute. Plain data. */
export interface FuzzRequest extends FaultCampaignRequest {
  readonly kinds: readonly AdversityKind[];
  /** The first one. */
  readonly seed: number;
  /** Seeds at most. */
  readonly runs: number | undefined;
}

/** Adversity that a program takes badly, as little of it as shows it. */
export interface FuzzFinding extends CauseOfCases {
  readonly class: FuzzClass;
  /** Of the first run that showed it. */
  readonly seed: number | undefined;
  readonly adversity: Adversity;
  /** Where each of the faults comes to the program, in their order. */
  readonly sites: readonly FaultPlace[];
  /** How much of it there was in the first run that showed it: faults, limits and switches. */
  readonly before: number;
  readonly verdict: SweepVerdict;
  /** What the program did after the last fault that it does not do else. */
  readonly reaction: readonly string[];
  readonly replay: string | undefined;
  readonly again: string | undefined;
}

/** Where a fault comes to a program. */
export interface FaultPlace extends Pick<Site, 'program' | 'stack'> {
  /** What the call is on, if it is a file. */
  readonly file: string | undefined;
}

export interface FuzzResult extends CampaignResult<FuzzFinding, FuzzClass> {
  /** Seeds that were tried. */
  readonly cases: number;
  readonly casesPerSecond: number;
  /** Of a good run: how many places there are at which faults can be aimed. */
  readonly sites: number;
}

export function sizeOf({ faults, limits, switches }: Adversity): number {
  return faults.length + limits.length + switches.length;
}
