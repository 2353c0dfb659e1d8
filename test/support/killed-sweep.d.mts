import type { ResultsLine } from '../../src/campaign/results-file.ts';

export interface EndedSweep {
  readonly status: number | null;
  readonly said: string;
  /** It was there when it was to be killed. */
  readonly lived: boolean;
  /** What was left of it. */
  readonly left: readonly string[];
}

export interface SweepWishes {
  readonly report?: string;
  readonly killWhen?: () => boolean;
  readonly signal?: NodeJS.Signals;
}

export function makeInput(directory: string): void;
export function copyInput(from: string, to: string): void;
export function sweep(input: string, results: string, wishes?: SweepWishes): Promise<EndedSweep>;
export function linesOf(results: string): readonly ResultsLine[] | undefined;
export function findingsOf(report: string): readonly { readonly id: string; readonly class: string }[];
