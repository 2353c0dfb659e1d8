import { type ExploreResult, ORDER_CLASSES } from '../model/explore.ts';
import { type Colors, createColors } from './colors.ts';
import { seconds } from './durations.ts';
import { paintOrderClass } from './explore-finding-text.ts';
import { fewUnderLabel, type LabelledLine, labelledText, underLabel } from './labelled-lines.ts';
import { rateText } from './sweep-progress-text.ts';
import { grouped, type TotalsStyle } from './sweep-totals.ts';

const CUT_TEXTS = {
  interrupted: ', interrupted',
  time: ', until the time of --for was over',
  runs: ', until --runs',
  failed: ', until Renacer failed',
} as const;

/** The end of an exploration: what was tried, what is known now, and whether the same switches lead to the same run. */
export function exploreEndText(result: ExploreResult, { color, columns, files }: TotalsStyle): string {
  const colors = createColors(color);
  const list = (label: string, texts: readonly string[]): LabelledLine[] => fewUnderLabel(label, texts, columns);
  const notTried = result.notTried.map(({ what, count, why }) => `${what}: ${grouped(count)} (${why})`);
  const lines = [
    ...underLabel('explored', [triedText(result)]),
    ...underLabel('known', [knownText(result, colors)]),
    ...(result.orders === 0 ? [] : exactLines(result.notExact, list)),
    ...list('no points', result.pointsRefused),
    ...list('doubtful', result.unconfirmed),
    ...list('not tried', notTried),
    ...list('note', result.notes),
    ...underLabel('written', files),
  ];
  return labelledText(lines, colors);
}

function triedText({ orders, tasks, choices, runs, durationMs, ordersPerSecond, cut }: ExploreResult): string {
  const rate = ordersPerSecond > 0 ? `, ${rateText(ordersPerSecond)} orders/s` : '';
  const why = cut === undefined ? '' : CUT_TEXTS[cut];
  const plain = `${counted(tasks, 'task')} with ${counted(choices, 'point')} at which another one could go on`;
  return `${counted(orders, 'order')} of ${plain}; ${grouped(runs)} runs in ${seconds(durationMs)}${rate}${why}`;
}

/** Never that there is no race. */
function knownText(result: ExploreResult, colors: Colors): string {
  const { classes, findings, orders, complete, choices, unconfirmed } = result;
  const ends = ORDER_CLASSES.filter((kind) => classes[kind] > 0).map((kind) => {
    const isGood = kind === 'survived' || kind === 'flaky';
    return `${grouped(classes[kind])} ${isGood ? kind : paintOrderClass(kind, colors)}`;
  });
  const all = ends.length === 0 ? [] : [ends.join(', ')];
  if (findings.length > 0) return [...all, counted(findings.length, 'finding')].join(' · ');
  const but = unconfirmed.length > 0 ? ' that came again' : '';
  const within =
    complete === undefined
      ? `in ${counted(orders, 'order')}`
      : `in all ${counted(orders, 'order')} with at most ${counted(complete, 'switch', 'switches')} at these ${counted(choices, 'point')}`;
  return [...all, colors.green(`no failure${but} ${within}`)].join(' · ');
}

function exactLines(
  reasons: readonly string[],
  list: (label: string, texts: readonly string[]) => LabelledLine[],
): LabelledLine[] {
  if (reasons.length === 0) return [['exact', 'the same switches lead to the same run']];
  return list('not exact', reasons);
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
