import { type CaseClass, FINDING_CLASSES } from '../model/campaign.ts';
import type { Case, CaseMaker, CaseResult } from './case-maker.ts';

export interface Shown<C extends Case, R extends CaseResult> {
  readonly case: C;
  readonly result: R;
}

/** Cases whose results have one cause. */
export interface CauseGroup<C extends Case, R extends CaseResult> {
  readonly key: string;
  /** Unlike that of any other group of the campaign. */
  readonly id: string;
  readonly class: CaseClass;
  /** In the order of the plan. */
  readonly shown: readonly Shown<C, R>[];
}

export function isFinding(result: CaseResult): boolean {
  return FINDING_CLASSES.includes(result.class);
}

/**
 * Groups the results that are findings by their causes. The worst come first, and among those of one class the first of the plan.
 *
 * @param results in the order of the plan
 */
export function groupByCause<C extends Case, R extends CaseResult>(
  results: readonly Shown<C, R>[],
  maker: Pick<CaseMaker<C, R, unknown>, 'cause'>,
): CauseGroup<C, R>[] {
  const groups = new Map<string, { readonly id: string; readonly shown: Shown<C, R>[] }>();
  for (const one of results) {
    if (!isFinding(one.result)) continue;
    const { key, id } = maker.cause(one.case, one.result);
    const name = `${one.result.class} ${key}`;
    const group = groups.get(name);
    if (group) group.shown.push(one);
    else groups.set(name, { id, shown: [one] });
  }
  const ids = new Map<string, number>();
  return [...groups]
    .map(([key, { id, shown }]) => ({ key, id: distinct(id, ids), class: shown[0]!.result.class, shown }))
    .sort((a, b) => FINDING_CLASSES.indexOf(a.class) - FINDING_CLASSES.indexOf(b.class));
}

/** Causes that nothing but addresses tells apart are numbered. */
function distinct(id: string, used: Map<string, number>): string {
  const count = (used.get(id) ?? 0) + 1;
  used.set(id, count);
  return count === 1 ? id : `${id}-${count}`;
}

/** Whether a result shows the same cause as a group. */
export function isOfGroup<C extends Case, R extends CaseResult>(
  { case: of, result }: Shown<C, R>,
  group: CauseGroup<C, R>,
  maker: Pick<CaseMaker<C, R, unknown>, 'cause'>,
): boolean {
  return isFinding(result) && `${result.class} ${maker.cause(of, result).key}` === group.key;
}
