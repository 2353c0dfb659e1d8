import type { Confirmation } from '../model/campaign.ts';
import type { Case, CaseMaker, CaseResult } from './case-maker.ts';

const TIMES = 3;
/** Of what comes to its deadline: that of the other engine is four times as long, and every run takes all of it. */
const LATE_TIMES = 1;

export interface ConfirmationRuns extends Confirmation {
  /** How the last run ended that did not show it; undefined if all did. */
  readonly reason: string | undefined;
}

/**
 * Performs a case three times by the other engine; once, if it came to its deadline. A result of another class does not show it.
 *
 * @param confirm one run of it
 */
export async function confirmCase<C extends Case, R extends CaseResult>(
  shown: { readonly case: C; readonly result: R },
  maker: Pick<CaseMaker<C, R, unknown>, 'inWords'>,
  confirm: (of: C) => Promise<R>,
): Promise<ConfirmationRuns> {
  const tries = shown.result.isLate ? LATE_TIMES : TIMES;
  let times = 0;
  let reason: string | undefined;
  for (let tried = 0; tried < tries; tried++) {
    const result = await confirm(shown.case);
    if (result.class === shown.result.class) times++;
    else reason = maker.inWords(result);
  }
  return { tried: tries, shown: times, reason };
}
