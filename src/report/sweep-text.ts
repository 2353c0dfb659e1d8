import type { SweepFinding } from '../model/sweep.ts';
import type { SweepResult } from '../model/sweep-result.ts';
import { type FindingStyle, findingText, shortFindingText } from './sweep-finding-text.ts';
import { totalsText } from './sweep-totals.ts';

export interface SweepStyle extends FindingStyle {
  readonly files: readonly string[];
}

/** Of what is silent, so many are listed. */
const MAX_SILENT = 6;

/** What a sweep has found, worst first; what is silent behind it, in short; then the totals. */
export function sweepText(result: SweepResult, style: SweepStyle): string {
  const isSilent = (finding: SweepFinding): boolean => finding.class === 'silent';
  const loud = result.findings.filter((finding) => !isSilent(finding)).map((finding) => findingText(finding, style));
  const silent = silentText(result.findings.filter(isSilent), style);
  return [...loud, ...(silent === '' ? [] : [silent]), totalsText(result, style)].join('\n');
}

function silentText(findings: readonly SweepFinding[], style: SweepStyle): string {
  const more = findings.length - MAX_SILENT;
  const shown = more > 1 ? findings.slice(0, MAX_SILENT) : findings;
  const rest = more > 1 ? `and ${more} more that fail without a word: --report FILE has them all\n` : '';
  return shown.map((finding) => shortFindingText(finding, style)).join('') + rest;
}
