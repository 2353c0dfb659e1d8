import type { CaseClass, SweepVerdict } from '../../../model/sweep.ts';

/** A verdict, without its notes. */
export type Said = Omit<SweepVerdict, 'notes'>;

export function said(verdict: CaseClass, reason: string, evidence: readonly string[] = []): Said {
  return { class: verdict, reason, evidence };
}
