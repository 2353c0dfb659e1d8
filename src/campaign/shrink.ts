import type { Case, CaseMaker, CaseResult } from './case-maker.ts';
import { type CauseGroup, isOfGroup, type Shown } from './causes.ts';

const USUAL_TRIES = 50;

/**
 * The simplest case with the same cause: from the simplest of the plan on, each step takes the first weaker case that still shows it, until
 * none does.
 *
 * @param perform gives the result of a case; undefined if it can't be had
 */
export async function shrink<C extends Case, R extends CaseResult>(
  group: CauseGroup<C, R>,
  maker: Pick<CaseMaker<C, R, unknown>, 'cause' | 'compare' | 'findingClasses' | 'shrinkTries' | 'weaker'>,
  perform: (of: C) => Promise<R | undefined>,
): Promise<Shown<C, R>> {
  let best = simplestFirst(group, maker)[0]!;
  const tried = new Set<string>([best.case.id]);
  for (let isShown = true; isShown; ) {
    isShown = false;
    for (const weaker of maker.weaker(best.case)) {
      if (tried.has(weaker.id)) continue;
      if (tried.size > (maker.shrinkTries ?? USUAL_TRIES)) return best;
      tried.add(weaker.id);
      const result = await perform(weaker);
      if (result === undefined || !isOfGroup({ case: weaker, result }, group, maker)) continue;
      best = { case: weaker, result };
      isShown = true;
      break;
    }
  }
  return best;
}

/** The cases of a group by how simple they are; the order of the plan decides between equals. */
export function simplestFirst<C extends Case, R extends CaseResult>(
  { shown }: CauseGroup<C, R>,
  maker: Pick<CaseMaker<C, R, unknown>, 'compare'>,
): Shown<C, R>[] {
  return [...shown].sort((a, b) => maker.compare(a.case, b.case));
}
