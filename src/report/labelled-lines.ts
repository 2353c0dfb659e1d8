import type { Colors } from './colors.ts';
import { cutTo, printable } from './printable.ts';

const LABEL_WIDTH = 9;
const MAX_NOTES = 3;

/** A line of totals; the label is empty where it stands beside an earlier one. */
export type LabelledLine = readonly [label: string, text: string];

/** The label stands beside the first. */
export function underLabel(label: string, texts: readonly string[]): LabelledLine[] {
  return texts.map((text, index) => [index === 0 ? label : '', text]);
}

/** Of many texts, the first ones, each on a line of a terminal that is this wide. */
export function fewUnderLabel(label: string, texts: readonly string[], columns: number | undefined): LabelledLine[] {
  const room = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(columns - LABEL_WIDTH - 2, 20);
  const more = texts.length - MAX_NOTES;
  const few = more > 1 ? [...texts.slice(0, MAX_NOTES), `and ${more} more: see --report`] : texts;
  return underLabel(
    label,
    few.map((text) => cutTo(printable(text), room)),
  );
}

export function labelledText(lines: readonly LabelledLine[], { dim }: Colors): string {
  return lines.map(([label, text]) => `${dim(label.padEnd(LABEL_WIDTH))}  ${text}\n`).join('');
}
