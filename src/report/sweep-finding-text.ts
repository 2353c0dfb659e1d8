import path from 'node:path';
import type { CaseClass, SweepFinding } from '../model/sweep.ts';
import { againText } from './again-text.ts';
import { type Colors, createColors } from './colors.ts';
import { cutTo, printable } from './printable.ts';
import { type SourceExcerpt, sourceExcerpt } from './source-excerpt.ts';
import { adviceFor } from './sweep-advice.ts';
import { faultSentence } from './sweep-fault-text.ts';
import { type Place, placeOf, placeText } from './sweep-place.ts';

/** How much of the screen one finding may take. */
const MAX_LINES = 12;
const LABEL_WIDTH = 5;
const INDENT = LABEL_WIDTH + 2;
/** Of what the program did next, so many calls. */
const MAX_REACTIONS = 3;
const MAX_ALSO = 3;

export interface FindingStyle {
  readonly color: boolean;
  /** Of the terminal; undefined where nobody would cut a line: in a file, in a pipe. */
  readonly columns: number | undefined;
  /** Where the sources of programs may lie. */
  readonly sources: readonly string[];
  /** The directory that a shell calls `~`. */
  readonly home?: string | undefined;
  /** How sure it is: how often it was shown, if nothing else is said. */
  readonly mark?: string;
}

/** One finding in at most 12 lines: what broke and where, what failed, what the program did then, the proof, what to do, and how to see it again. */
export function findingText(finding: SweepFinding, style: FindingStyle): string {
  const colors = createColors(style.color);
  const place = placeOf(finding.stack);
  const excerpt = excerptOf(finding, place, style);
  const head = [...titleLines(finding, style, colors), placeLine(finding, place, style, colors)];
  const above = excerpt === undefined ? [] : excerptLines(finding, excerpt, colors);
  const told = [
    ...(excerpt === undefined ? labelled('fault', faultText(finding)) : []),
    ...labelled('then', reactionText(finding.reaction)),
    ...labelled('why', printable(finding.verdict.reason)),
  ];
  const advice = [
    ...labelled('also', listText(finding.also, MAX_ALSO, ' · ')),
    ...labelled('help', adviceFor(finding)),
  ];
  // What is to be pasted is never cut.
  const again = finding.again === undefined ? [] : [line('again', againText(finding.again, style.home), colors)];
  const room = MAX_LINES - head.length - above.length - told.length - advice.length - again.length;
  const proof = evidenceLines(finding, room).map((text, index) => [index === 0 ? 'proof' : '', text] as const);
  const rows = [...told, ...proof, ...advice].map(([label, text]) => line(label, cut(text, style), colors));
  return `${[...head, ...above, ...rows, ...again].join('\n')}\n`;
}

/** A finding in one line, for what is listed behind the others. */
export function shortFindingText(finding: SweepFinding, style: FindingStyle): string {
  const colors = createColors(style.color);
  const place = placeOf(finding.stack);
  const where = place === undefined ? finding.program : placeText(place, finding.syscall, style.sources);
  const label = `${finding.class}  ${finding.id}`;
  const text = cut(printable(`${faultSentence(finding)}: ${where}`), style, label.length + 2);
  return `${paintClass(finding.class, colors)}  ${colors.dim(finding.id)}  ${text}\n`;
}

export function paintClass(kind: CaseClass, { bold, red, magenta, yellow }: Colors): string {
  const paint = kind === 'silent' ? yellow : kind === 'hung' || kind === 'spinning' ? magenta : red;
  return bold(paint(kind));
}

function titleLines(
  { class: kind, title, id, confirmed }: SweepFinding,
  { columns, mark }: FindingStyle,
  colors: Colors,
): string[] {
  const isFlaky = mark === undefined && confirmed.shown < confirmed.tried;
  const times = `${confirmed.shown} of ${confirmed.tried}${isFlaky ? ': flaky' : ''}`;
  const words = printable(title);
  const room = (columns ?? 100) - kind.length - 2 - [...words].length - 2;
  const full = `finding ${id} · ${mark ?? times}`;
  const name = full.length <= room ? full : `${id} · ${mark ?? times}`;
  const gap = room + 2 - name.length;
  const shown = `${paintClass(kind, colors)}  ${colors.bold(words)}`;
  const painted = isFlaky ? colors.yellow(name) : colors.dim(name);
  if (gap >= 2) return [`${shown}${' '.repeat(gap)}${painted}`];
  return [shown, ' '.repeat(Math.max((columns ?? 100) - name.length, 0)) + painted];
}

function placeLine(
  { program, syscall, stack }: SweepFinding,
  place: Place | undefined,
  { sources }: FindingStyle,
  { blue }: Colors,
): string {
  const where = place === undefined ? program : placeText(place, syscall, sources);
  const isOther = stack.length > 0 && !stack.some(({ file }) => file === program);
  return `  ${blue('-->')} ${printable(where)}${isOther ? ` (in ${path.basename(program)})` : ''}`;
}

/** The line of the source with what failed below it. */
function excerptLines(finding: SweepFinding, excerpt: SourceExcerpt, { blue, red }: Colors): string[] {
  const number = String(excerpt.line);
  const bar = `${' '.repeat(number.length + 1)}${blue('|')}`;
  const marks = `${' '.repeat(excerpt.at)}${'^'.repeat(Math.max(excerpt.length, 1))}`;
  return [
    bar,
    `${blue(number)} ${blue('|')} ${printable(excerpt.text)}`,
    `${bar} ${red(`${marks} ${faultText(finding)}`)}`,
  ];
}

function faultText(finding: SweepFinding): string {
  const { faults } = finding.case;
  const before = faults.length > 1 ? `, while a failure of ${faults[0]!.syscall} is handled` : '';
  return `${faultSentence(finding)}${before}`;
}

function excerptOf(
  { syscall, program }: SweepFinding,
  place: Place | undefined,
  { sources }: FindingStyle,
): SourceExcerpt | undefined {
  const source = place?.frame.source;
  if (source === undefined) return undefined;
  const names = place?.calls === undefined ? [syscall] : [place.calls, syscall];
  return sourceExcerpt(source, [...sources, path.dirname(program)], names);
}

/** The first calls, and the last: how it ended. */
function reactionText(reaction: readonly string[]): string | undefined {
  const left = reaction.length - MAX_REACTIONS;
  if (left <= 0) return listText(reaction, MAX_REACTIONS, ', ');
  return [...reaction.slice(0, MAX_REACTIONS - 1), '…', reaction.at(-1)!].map(printable).join(', ');
}

function listText(all: readonly string[], most: number, separator: string): string | undefined {
  if (all.length === 0) return undefined;
  const more = all.length - most;
  const shown = all.slice(0, most).map(printable).join(separator);
  return more > 0 ? `${shown}${separator}and ${more} more` : shown;
}

/** As many as there is room for, the last saying how many there are besides. What the reason says already is not said again. */
function evidenceLines({ verdict: { reason, evidence } }: SweepFinding, room: number): string[] {
  const lines = evidence[0] !== undefined && reason.endsWith(evidence[0]) ? evidence.slice(1) : evidence;
  if (lines.length <= room) return lines.map(printable);
  if (room < 1) return [];
  const first = lines.slice(0, room - 1);
  const isOneSided = signsOf(first).size < signsOf(lines).size;
  const shown = isOneSided ? tellingOf(lines).slice(0, room - 1) : first;
  return [...shown.map(printable), `and ${lines.length - shown.length} more lines`];
}

/** Of a diff, one line of each kind next to each other: what there was, and what there is. */
function tellingOf(lines: readonly string[]): readonly string[] {
  const signs = lines.map(signOf);
  return lines.filter((_, at) => signs[at] === undefined || (signs[at] !== ' ' && signs[at] !== signs[at - 1]));
}

function signsOf(lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.map(signOf).filter((sign) => sign === '-' || sign === '+'));
}

/** `-`, `+` or a space, if it is a line of a diff. */
function signOf(text: string): string | undefined {
  return /^ {2}([-+ ])/.exec(text)?.[1];
}

function labelled(label: string, text: string | undefined): [string, string][] {
  return text === undefined ? [] : [[label, text]];
}

function line(label: string, text: string, { dim }: Colors): string {
  return `${dim(label.padStart(LABEL_WIDTH))}  ${text}`;
}

function cut(text: string, { columns }: FindingStyle, before: number = INDENT): string {
  return columns === undefined ? text : cutTo(text, Math.max(columns - before, 20));
}
