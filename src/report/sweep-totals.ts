import { CASE_CLASSES, FINDING_CLASSES } from '../model/sweep.ts';
import type { SweepResult } from '../model/sweep-result.ts';
import { type Colors, createColors } from './colors.ts';
import { seconds } from './durations.ts';
import { fewUnderLabel, type LabelledLine, labelledText, underLabel } from './labelled-lines.ts';
import { paintClass } from './sweep-finding-text.ts';
import { rateText } from './sweep-progress-text.ts';

export interface TotalsStyle {
  readonly color: boolean;
  readonly columns: number | undefined;
  /** Files that were written, with what they are: `report sweep.json`. */
  readonly files: readonly string[];
}

/** The end of a sweep: what was tried and how it ended, what was not tried and why, where the results are. */
export function totalsText(result: SweepResult, { color, columns, files }: TotalsStyle): string {
  const colors = createColors(color);
  const list = (label: string, texts: readonly string[]): LabelledLine[] => fewUnderLabel(label, texts, columns);
  const notTried = result.notTried.map(({ what, count, why }) => `${what}: ${grouped(count)} (${why})`);
  const left = result.leftovers.map(({ what, count }) => `${what}${count > 1 ? ` (${grouped(count)} cases)` : ''}`);
  const lines = [
    ...underLabel('sweep', [sweptText(result)]),
    ...underLabel('ended', [endsText(result, colors)]),
    ...list('not tried', notTried),
    ...list('doubtful', result.unconfirmed),
    ...list('leftovers', left),
    ...list('note', result.notes),
    ...underLabel('written', files),
  ];
  return labelledText(lines, colors);
}

const CUT_TEXTS = {
  interrupted: ', interrupted',
  time: ', until the time of --for was over',
  runs: ', until --max-runs',
  failed: ', until Renacer failed',
} as const;

function sweptText({ sites, cases, runs, durationMs, casesPerSecond, cut }: SweepResult): string {
  const handlers = sites.handlers > 0 ? ` and ${grouped(sites.handlers)} of handlers` : '';
  const rate = casesPerSecond > 0 ? `, ${rateText(casesPerSecond)} cases/s` : '';
  const tried = sites.swept < sites.found ? `${grouped(sites.swept)} of ${grouped(sites.found)}` : grouped(sites.found);
  const why = cut === undefined ? '' : CUT_TEXTS[cut];
  return `${tried} sites${handlers}, ${grouped(cases)} cases, ${grouped(runs)} runs in ${seconds(durationMs)}${rate}${why}`;
}

function endsText({ classes, findings }: SweepResult, colors: Colors): string {
  const ends = CASE_CLASSES.filter((kind) => classes[kind] > 0).map((kind) => {
    const isFinding = FINDING_CLASSES.includes(kind);
    return `${grouped(classes[kind])} ${isFinding ? paintClass(kind, colors) : kind}`;
  });
  const found = findings.length === 0 ? colors.green('no findings') : foundText(findings);
  return [ends.length === 0 ? 'no cases' : ends.join(', '), found].join(' · ');
}

/** What makes them less than they seem is said. */
function foundText(findings: SweepResult['findings']): string {
  const isSilent = findings.map((finding) => finding.class === 'silent');
  const isFlaky = findings.map(({ confirmed }) => confirmed.shown < confirmed.tried);
  const are = [...(isSilent.includes(true) ? ['silent'] : []), ...(isFlaky.includes(true) ? ['flaky'] : [])];
  const isAll = findings.every((_, index) => isSilent[index] || isFlaky[index]);
  const all = findings.length > 1 ? 'all ' : '';
  return `${findings.length} finding${findings.length === 1 ? '' : 's'}${isAll ? `, ${all}${are.join(' or ')}` : ''}`;
}

/** `1,412`. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
