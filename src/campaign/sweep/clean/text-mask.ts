import { type Template, templateOf } from './template.ts';

/** How a text is made comparable: plain data. */
export interface TextMask {
  /** Of whole lines. */
  readonly lines: readonly Template[];
  /** The lines come in any order. */
  readonly unordered: boolean;
}

export const NO_TEXT_MASK: TextMask = { lines: [], unordered: false };

/** What makes texts of good runs the same; undefined if nothing does that would leave anything to compare. */
export function learnTextMask(texts: readonly string[]): TextMask | undefined {
  if (areSame(texts)) return NO_TEXT_MASK;
  const unordered = { lines: [], unordered: true };
  if (areSame(texts.map((text) => maskText(text, unordered)))) return unordered;
  const rows = texts.map((text) => text.split('\n'));
  const [first] = rows;
  if (rows.some(({ length }) => length !== first!.length)) return undefined;
  const lines: Template[] = [];
  for (let index = 0; index < first!.length; index++) {
    const versions = rows.map((row) => row[index]!);
    if (areSame(versions)) continue;
    const template = templateOf(versions);
    if (template === undefined) return undefined;
    if (!lines.some(({ pattern }) => pattern === template.pattern)) lines.push(template);
  }
  const mask = { lines, unordered: false };
  return areSame(texts.map((text) => maskText(text, mask))) ? mask : undefined;
}

/** The text with what differs by itself taken out. To do it twice changes nothing. */
export function maskText(text: string, { lines, unordered }: TextMask): string {
  if (lines.length === 0 && !unordered) return text;
  const tests = lines.map(({ pattern, masked }) => ({ whole: new RegExp(`^${pattern}$`), masked }));
  const rows = text.split('\n').map((line) => tests.find(({ whole }) => whole.test(line))?.masked ?? line);
  return (unordered ? rows.sort() : rows).join('\n');
}

function areSame(texts: readonly string[]): boolean {
  return texts.every((text) => text === texts[0]);
}
