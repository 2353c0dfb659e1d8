import { type Colors, createColors } from './colors.ts';

/** What a run does by time from one moment on; all texts are for people. */
export interface ShownPart {
  readonly title: string;
  /** How exact the moment is. */
  readonly exactness: string;
  readonly rows: readonly ShownRow[];
}

export interface BarSpan {
  readonly fromMs: number;
  /** Undefined: no time ends it. */
  readonly toMs: number | undefined;
}

export interface ShownRow {
  readonly name: string;
  readonly spans: readonly BarSpan[];
  /** When it is: `2s to 7s, until output /x/`. */
  readonly when: string;
  /** What it does. */
  readonly does: readonly string[];
}

const WIDTH = 80;
const BAR = 24;
const LONGEST_NAME = 16;
const FULL = '█';
/** What is shorter than a column. */
const MOMENT = '▎';

/** The parts below each other, each phase with a bar on the scale of its part, in 80 columns. */
export function timeLineText(parts: readonly ShownPart[], color: boolean): string {
  const colors = createColors(color);
  const name = Math.min(LONGEST_NAME, Math.max(...parts.flatMap(({ rows }) => rows.map((row) => row.name.length))));
  return parts.map((part) => partText(part, name, colors)).join('\n');
}

function partText({ title, exactness, rows }: ShownPart, nameWidth: number, colors: Colors): string {
  const space = ' '.repeat(Math.max(2, WIDTH - title.length - exactness.length));
  const end = Math.max(...rows.flatMap(({ spans }) => spans.map(({ fromMs, toMs }) => toMs ?? fromMs)));
  const lines = rows.flatMap((row) => {
    const fits = row.name.length <= nameWidth;
    const bar = barOf(row.spans, end);
    const first = `  ${fits ? row.name.padEnd(nameWidth) : row.name}`;
    const indent = ' '.repeat(nameWidth + 2 + 2 + BAR + 2);
    const texts = [row.when, ...row.does].flatMap((text) => wrapped(text, WIDTH - indent.length));
    const [head = '', ...rest] = texts;
    const shown = [
      fits ? `${first}  ${colors.cyan(bar)}  ${head}` : first,
      ...(fits ? [] : [`${' '.repeat(nameWidth + 4)}${colors.cyan(bar)}  ${head}`]),
    ];
    return [...shown, ...rest.map((text) => `${indent}${colors.dim(text)}`)].map((line) => line.trimEnd());
  });
  return `${colors.bold(title)}${space}${colors.dim(exactness)}\n${lines.join('\n')}\n`;
}

/** So many columns for the time from 0 to the end. */
export function barOf(spans: readonly BarSpan[], end: number): string {
  const column = (ms: number) => (end === 0 ? 0 : Math.min(BAR - 1, Math.floor((ms / end) * BAR)));
  const cells = Array.from({ length: BAR }, () => ' ');
  for (const { fromMs, toMs } of spans) {
    const first = column(fromMs);
    // What has no end by time goes on to the margin.
    const last = toMs === undefined ? BAR : end === 0 ? 0 : Math.round((toMs / end) * BAR);
    if (fromMs === toMs || last <= first) cells[first] = cells[first] === FULL ? FULL : MOMENT;
    else cells.fill(FULL, first, last);
  }
  return cells.join('');
}

/** At spaces, or where a word is longer than the line. */
function wrapped(text: string, columns: number): string[] {
  const lines = [''];
  for (const word of text.split(' ').flatMap((one) => one.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [''])) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line, index) => (index === 0 ? line : `  ${line}`.slice(0, columns + 2)));
}
