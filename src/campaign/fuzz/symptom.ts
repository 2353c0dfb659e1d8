import type { SweepVerdict } from '../../model/sweep.ts';

/** How it shows that a program took something badly, in words without numbers: as long as these are the same, it is the same. */
export function symptomOf({ class: kind, reason }: Pick<SweepVerdict, 'class' | 'reason'>): string {
  return `${kind} ${reason.replace(/(?:,|;) (?:and )?[\d,]+ more/, '').replace(/\d[\d.,]*/g, '#')}`;
}
