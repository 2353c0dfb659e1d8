import { FUZZ_CLASSES, FUZZ_FINDING_CLASSES, type FuzzFinding, type FuzzResult } from '../model/fuzz.ts';
import type { CaseClass } from '../model/sweep.ts';
import { type Colors, createColors } from './colors.ts';
import { seconds } from './durations.ts';
import { fewUnderLabel, type LabelledLine, labelledText, underLabel } from './labelled-lines.ts';
import { cutTo, printable } from './printable.ts';
import { paintClass } from './sweep-finding-text.ts';
import { rateText } from './sweep-progress-text.ts';
import { grouped, type TotalsStyle } from './sweep-totals.ts';

const CUT_TEXTS = {
  interrupted: ', interrupted',
  time: ', until the time was over',
  runs: ', until --runs',
  failed: ', until Renacer failed',
} as const;

/** Of what is silent, so many are listed. */
const MAX_SILENT = 6;

/** Whether a finding is told in full, as soon as it is confirmed. */
export function isToldInFull({ class: kind }: FuzzFinding): boolean {
  return kind !== 'silent';
}

/** What is left to be told at the end: what is silent, in short; what was tried and how it ended, what is doubtful, where the results are. */
export function fuzzEndText(result: FuzzResult, style: TotalsStyle): string {
  const silent = result.findings.filter((finding) => !isToldInFull(finding));
  return [...(silent.length > 0 ? [silentText(silent, style)] : []), totalsText(result, style)].join('\n');
}

function silentText(findings: readonly FuzzFinding[], { color, columns }: TotalsStyle): string {
  const { dim } = createColors(color);
  const rows = findings.slice(0, MAX_SILENT).map(({ id, title }) => {
    const text = printable(title);
    return `${paintClass('silent', createColors(color))}  ${dim(id)}  ${columns === undefined ? text : cutTo(text, Math.max(columns - 18, 20))}\n`;
  });
  const more = findings.length - rows.length;
  return rows.join('') + (more > 0 ? `and ${more} more that fail without a word: --report FILE has them all\n` : '');
}

function totalsText(result: FuzzResult, { color, columns, files }: TotalsStyle): string {
  const colors = createColors(color);
  const list = (label: string, texts: readonly string[]): LabelledLine[] => fewUnderLabel(label, texts, columns);
  const notTried = result.notTried.map(({ what, count, why }) => `${what}: ${grouped(count)} (${why})`);
  const lines = [
    ...underLabel('fuzzed', [triedText(result)]),
    ...underLabel('ended', [endsText(result, colors)]),
    ...list('doubtful', result.unconfirmed),
    ...list('not tried', notTried),
    ...list('note', result.notes),
    ...underLabel('written', files),
  ];
  return labelledText(lines, colors);
}

function triedText({ cases, sites, runs, durationMs, casesPerSecond, cut }: FuzzResult): string {
  const rate = casesPerSecond > 0 ? `, ${rateText(casesPerSecond)} seeds/s` : '';
  const why = cut === undefined ? '' : CUT_TEXTS[cut];
  return `${grouped(cases)} seeds at ${grouped(sites)} sites; ${grouped(runs)} runs in ${seconds(durationMs)}${rate}${why}`;
}

function endsText({ classes, findings }: FuzzResult, colors: Colors): string {
  const ends = FUZZ_CLASSES.filter((kind) => classes[kind] > 0).map((kind) => {
    const isFinding = FUZZ_FINDING_CLASSES.includes(kind);
    return `${grouped(classes[kind])} ${isFinding ? paintClass(kind as CaseClass, colors) : kind}`;
  });
  const found = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  const all = ends.length === 0 ? 'no seeds' : ends.join(', ');
  return [all, findings.length === 0 ? colors.green('no findings') : found].join(' · ');
}
