import path from 'node:path';
import type { OrderClass, OrderFinding, TaskAtSwitch, ToldSwitch, WaitingTask } from '../model/explore.ts';
import type { StackFrame } from '../model/stack-frame.ts';
import { againText } from './again-text.ts';
import { type Colors, createColors } from './colors.ts';
import { cutTo, printable } from './printable.ts';
import type { FindingStyle } from './sweep-finding-text.ts';
import { placeOf, placeText } from './sweep-place.ts';

/** How much of the screen one finding may take. */
const MAX_LINES = 16;
const LABEL_WIDTH = 6;
/** Of what a task did, so many calls are shown. */
const MAX_DID = 5;
const MAX_WAITING = 4;

/** One finding in at most 16 lines: how it fails, who was stopped where and who ran instead, who waits for whom, the proof, and how to see it again. */
export function orderFindingText(finding: OrderFinding, style: FindingStyle): string {
  const colors = createColors(style.color);
  const again = finding.again === undefined ? [] : [line('again', againText(finding.again, style.home), colors)];
  const tail = [...labelled('seed', seedText(finding)), ...labelled('why', finding.reason)];
  const waiting = waitingRows(finding.deadlock ?? [], style);
  const room = MAX_LINES - 1 - waiting.length - tail.length - again.length;
  const switches = switchRows(finding, Math.max(room, 3), style);
  const proof = finding.evidence.slice(0, Math.max(0, room - switches.length));
  const rows = [
    ...switches,
    ...waiting,
    ...tail,
    ...proof.map((text, index) => [index === 0 ? 'proof' : '', text] as [string, string]),
  ].map(([label, text]) => line(label, cut(printable(text), style), colors));
  return `${[titleLine(finding, style, colors), ...rows, ...again].join('\n')}\n`;
}

export function paintOrderClass(kind: OrderClass, { bold, red, magenta }: Colors): string {
  const isSleep = kind === 'deadlock' || kind === 'hung';
  return bold((isSleep ? magenta : red)(kind));
}

function titleLine(
  { class: kind, title, id, confirmed }: OrderFinding,
  { columns, mark }: FindingStyle,
  colors: Colors,
): string {
  const isFlaky = mark === undefined && confirmed.shown < confirmed.tried;
  const times = `finding ${id} · ${mark ?? `${confirmed.shown} of ${confirmed.tried}${isFlaky ? ': flaky' : ''}`}`;
  const gap = Math.max((columns ?? 100) - kind.length - 2 - [...title].length - times.length, 2);
  const painted = isFlaky ? colors.yellow(times) : colors.dim(times);
  return `${paintOrderClass(kind, colors)}  ${colors.bold(printable(title))}${' '.repeat(gap)}${painted}`;
}

/** Two lines a switch: who was stopped, and who ran instead; as many as there is room for. */
function switchRows({ told, switches }: OrderFinding, room: number, style: FindingStyle): [string, string][] {
  if (told.length === 0) return switches.length === 0 ? [] : [['', `${switches.length} switches`]];
  const most = 2 * told.length <= room ? told.length : Math.max(1, Math.floor((room - 1) / 2));
  const rows = told.slice(0, most).flatMap((one, index): [string, string][] => [
    [String(index + 1), stoppedText(one, style)],
    ['', ranText(one)],
  ]);
  const more = told.length - most;
  return more > 0 ? [...rows, ['', `and ${more} more: --report FILE has them all`]] : rows;
}

/** `add (0.1) stops before write: add.c:14 in main`. */
function stoppedText({ stopped }: ToldSwitch, style: FindingStyle): string {
  return `${nameOf(stopped)} ${standsText(stopped.point)}${whereText(stopped.stack, stopped.point.replace(/\(.*$/, ''), style)}`;
}

/** `add (0.2) goes on: openat("n"), read("n"), write("n")`. */
function ranText({ ran, did }: ToldSwitch): string {
  if (did.length === 0) return `${nameOf(ran)} goes on instead`;
  const more = did.length - MAX_DID;
  const shown = more > 0 ? [...did.slice(0, MAX_DID - 1), '…', did.at(-1)!] : did;
  return `${nameOf(ran)} goes on instead: ${shown.join(', ')}`;
}

function standsText(point: string): string {
  const sleeps = / sleeps$/.exec(point);
  if (sleeps) return `sleeps in ${point.slice(0, sleeps.index)}`;
  const returns = / returns$/.exec(point);
  if (returns) return `stops behind ${point.slice(0, returns.index)}`;
  // The processor stops a task when it has read or written what is watched.
  const data = /^data /.exec(point);
  if (data) return `stops behind an access to ${point.slice(data[0].length)}`;
  return STANDS[point] ?? `stops before ${point}`;
}

const STANDS: Readonly<Record<string, string>> = {
  birth: 'stops when it has made another task',
  born: 'stops before its first instruction',
  exec: 'stops when it has executed a program',
  end: 'has ended',
  signal: 'stops before a signal is delivered',
  stop: 'is stopped by a signal',
  continued: 'stops when it is continued',
};

function waitingRows(deadlock: readonly WaitingTask[], style: FindingStyle): [string, string][] {
  return deadlock.slice(0, MAX_WAITING).map((one, index) => {
    const isSaid = one.heldBy === undefined || one.waitsFor.endsWith(` ${one.heldBy}`);
    const held = isSaid ? '' : `, held by ${one.heldBy}`;
    const where = whereText(one.stack, '', style);
    return [index === 0 ? 'waits' : '', `${one.program} (${one.task}) for ${one.waitsFor}${held}${where}`];
  });
}

function seedText({ seed, switchesBefore, switches, count }: OrderFinding): string | undefined {
  const more = count > 1 ? `; ${count} orders showed it` : '';
  if (seed === undefined) return count > 1 ? `${count} orders showed it` : undefined;
  const fewer = switchesBefore > switches.length ? `: ${switchesBefore} switches, of which these matter` : '';
  return `${seed}${fewer}${more}`;
}

function nameOf({ program, task }: TaskAtSwitch): string {
  return `${path.basename(program)} (${task})`;
}

function whereText(stack: readonly StackFrame[] | undefined, point: string, { sources }: FindingStyle): string {
  const place = stack && placeOf(stack);
  return place === undefined ? '' : `: ${placeText(place, point, sources)}`;
}

function labelled(label: string, text: string | undefined): [string, string][] {
  return text === undefined ? [] : [[label, text]];
}

function line(label: string, text: string, { dim }: Colors): string {
  return `${dim(label.padStart(LABEL_WIDTH))}  ${text}`;
}

function cut(text: string, { columns }: FindingStyle): string {
  return columns === undefined ? text : cutTo(text, Math.max(columns - LABEL_WIDTH - 2, 20));
}
