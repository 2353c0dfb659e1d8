import type { Case, CaseMaker, CaseResult, Cause } from './case-maker.ts';

export interface Shown<C extends Case, R extends CaseResult> {
  readonly case: C;
  readonly result: R;
}

/** Cases whose results have one cause. */
export interface CauseGroup<C extends Case, R extends CaseResult> {
  readonly key: string;
  /** Unlike that of any other group of the campaign. */
  readonly id: string;
  readonly class: R['class'];
  /** In the order of the plan. */
  readonly shown: readonly Shown<C, R>[];
}

export function isFinding<R extends CaseResult>(
  result: R,
  maker: Pick<CaseMaker<never, R, unknown>, 'findingClasses'>,
): boolean {
  return maker.findingClasses.includes(result.class);
}

/**
 * Groups the results that are findings by their causes. The worst come first, and among those of one class the first of the plan.
 *
 * @param results in the order of the plan
 */
export function groupByCause<C extends Case, R extends CaseResult>(
  results: readonly Shown<C, R>[],
  maker: Pick<CaseMaker<C, R, unknown>, 'cause' | 'findingClasses'>,
): CauseGroup<C, R>[] {
  const found = results
    .filter(({ result }) => isFinding(result, maker))
    .map((shown, number) => ({ shown, number, cause: maker.cause(shown.case, shown.result) }));
  const groups = new Map<string, (typeof found)[number][]>();
  const bySymptom = new Map<string, string>();
  const add = (name: string, one: (typeof found)[number]): void => {
    const group = groups.get(name);
    if (group) group.push(one);
    else groups.set(name, [one]);
    const symptom = symptomOf(one.shown.result, one.cause);
    if (!bySymptom.has(symptom)) bySymptom.set(symptom, name);
  };
  for (const one of found) if (!one.cause.isBlurred) add(nameOf(one.shown.result, one.cause), one);
  for (const one of found) {
    if (!one.cause.isBlurred) continue;
    const name = nameOf(one.shown.result, one.cause);
    const symptom = symptomOf(one.shown.result, one.cause);
    add(groups.has(name) ? name : (bySymptom.get(symptom) ?? symptom), one);
  }
  const ids = new Map<string, number>();
  return [...groups]
    .map(([key, members]) => ({ key, members: members.sort((a, b) => a.number - b.number) }))
    .sort((a, b) => a.members[0]!.number - b.members[0]!.number)
    .map(({ key, members }) => {
      const [{ cause, shown }] = members as [(typeof found)[number]];
      const id = distinct(cause.id, ids);
      return { key, id, class: shown.result.class, shown: members.map((one) => one.shown) };
    })
    .sort((a, b) => maker.findingClasses.indexOf(a.class) - maker.findingClasses.indexOf(b.class));
}

function nameOf(result: CaseResult, { key }: Cause): string {
  return `${result.class} ${key}`;
}

/** Not the name of any key: those are told apart by what comes first. */
function symptomOf(result: CaseResult, { symptom }: Cause): string {
  return `${result.class}: ${symptom}`;
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
  maker: Pick<CaseMaker<C, R, unknown>, 'cause' | 'findingClasses'>,
): boolean {
  if (!isFinding(result, maker)) return false;
  const cause = maker.cause(of, result);
  return [nameOf(result, cause), symptomOf(result, cause)].includes(group.key);
}
