import type { SweepFinding } from '../model/sweep.ts';
import type { SweepResult } from '../model/sweep-result.ts';
import { type FindingStyle, findingText, shortFindingText } from './sweep-finding-text.ts';
import { totalsText } from './sweep-totals.ts';

export interface SweepStyle extends FindingStyle {
  readonly files: readonly string[];
}

/** What a sweep has found, worst first; what is silent behind it, in short; then the totals. */
export function sweepText(result: SweepResult, style: SweepStyle): string {
  const isSilent = (finding: SweepFinding): boolean => finding.class === 'silent';
  const loud = result.findings.filter((finding) => !isSilent(finding)).map((finding) => findingText(finding, style));
  const silent = result.findings.filter(isSilent).map((finding) => shortFindingText(finding, style));
  return [...loud, ...(silent.length > 0 ? [silent.join('')] : []), totalsText(result, style)].join('\n');
}
