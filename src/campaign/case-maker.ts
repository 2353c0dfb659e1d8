import type { Confirmation } from '../model/campaign.ts';

/** One thing to try. */
export interface Case {
  /** A digest of what is tried: it stays the same when the plan around it changes. */
  readonly id: string;
}

/** How a case ended, as far as a campaign looks at it. */
export interface CaseResult {
  /** One of {@link CaseMaker.classes}. */
  readonly class: string;
  readonly durationMs: number;
  /** It was ended at its deadline, since it would not end: each run of it takes as long. */
  readonly isLate?: boolean | undefined;
}

/** What a finding is told from others by. */
export interface Cause {
  /** Results of one campaign that have the same key have one cause. */
  readonly key: string;
  /** How it shows, in words without numbers. */
  readonly symptom: string;
  /**
   * The case is many in one, and may show what one of those does: then it belongs to a cause with the same symptom, and makes one of its own
   * only where there is none.
   */
  readonly isBlurred: boolean;
  /** For people and for baselines: it outlives edits elsewhere in the program, so that nothing of addresses or ordinals is in it. */
  readonly id: string;
}

/** Cases whose results have one cause, and how sure it is. */
export interface Confirmed<C extends Case, R extends CaseResult> {
  /** Unlike that of any other finding of the campaign. */
  readonly id: string;
  /** The simplest case that shows it by both ways. */
  readonly case: C;
  readonly result: R;
  readonly confirmed: Confirmation;
  /** All cases of the plan that showed it, in its order. */
  readonly cases: readonly C[];
}

/** Performs cases, one after another, each from the same start. Rejects for what Renacer itself can't do, or if it has died. */
export interface CaseWorker<C extends Case, R extends CaseResult> {
  /** @param closely look at it as closely as for {@link CaseMaker.describe}: it takes longer */
  perform(of: C, closely: boolean): Promise<R>;
  /** The same by another way, which shares as little as possible with the first. */
  confirm(of: C): Promise<R>;
  /** Ends it, at work or not; nothing of it is left. */
  close(): Promise<void>;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

/**
 * What a campaign must know of the cases that it has performed. Everything but the workers is pure: what it says follows from its
 * arguments alone, so that a campaign that goes on from a file ends as one that was not interrupted.
 */
export interface CaseMaker<C extends Case, R extends CaseResult, F> {
  /** `sweep`. */
  readonly kind: string;
  /** How its cases may end. */
  readonly classes: readonly R['class'][];
  /** Those of them that are findings, worst first. */
  readonly findingClasses: readonly R['class'][];
  /** All that decides which cases there are and how they are judged, by name: a campaign goes on only where all of it is the same. */
  readonly inputs: JsonObject;
  /** How many cases are tried at most to make one simpler; 50 if undefined. */
  readonly shrinkTries?: number;
  /** In the order in which they are to be tried. */
  readonly cases: readonly C[];
  /** Cases that a result brings: for instance those of calls that only an error handler makes. */
  learn(of: C, result: R): readonly C[];
  /** Asked only for results whose class is a finding. */
  cause(of: C, result: R): Cause;
  /** Which of two cases is simpler: negative if it is the first. */
  compare(a: C, b: C): number;
  /** Cases that are simpler than this one, the simplest first. Each must come before it by {@link compare}. */
  weaker(of: C): readonly C[];
  openWorker(): Promise<CaseWorker<C, R>>;
  /**
   * What is told of a finding.
   *
   * @param closely the result of its case, looked at closely; undefined if there was no time for that
   */
  describe(of: Confirmed<C, R>, closely: R | undefined): F;
  /** In one line, how a result other than that of the finding came about. */
  inWords(result: R): string;
  /** What of a case and its result stands in the results file: all that the functions above look at. */
  toJson(of: C, result: R): JsonObject;
  /** The result. Throws an Error that says what is wrong with it. */
  fromJson(json: JsonObject): R;
}
