import type { SweepFinding } from '../model/sweep.ts';
import type { SweepResult } from '../model/sweep-result.ts';
import { type FindingStyle, shortFindingText } from './sweep-finding-text.ts';
import { totalsText } from './sweep-totals.ts';

export interface SweepStyle extends FindingStyle {
  readonly files: readonly string[];
}

/** Of what is silent, so many are listed. */
const MAX_SILENT = 6;

/** Whether a finding is told in full, as soon as it is confirmed. */
export function isToldInFull(finding: SweepFinding): boolean {
  return finding.class !== 'silent';
}

/** What is left to be told when a sweep has ended: what is silent, in short; then the totals. */
export function sweepEndText(result: SweepResult, style: SweepStyle): string {
  const silent = result.findings.filter((finding) => !isToldInFull(finding));
  return [...(silent.length > 0 ? [silentText(silent, style)] : []), totalsText(result, style)].join('\n');
}

function silentText(findings: readonly SweepFinding[], style: SweepStyle): string {
  const more = findings.length - MAX_SILENT;
  const shown = more > 1 ? findings.slice(0, MAX_SILENT) : findings;
  const rest = more > 1 ? `and ${more} more that fail without a word: --report FILE has them all\n` : '';
  return shown.map((finding) => shortFindingText(finding, style)).join('') + rest;
}
