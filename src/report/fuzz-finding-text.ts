import type { FaultPlace, FuzzFinding, FuzzLimit } from '../model/fuzz.ts';
import type { CaseClass, CaseFault } from '../model/sweep.ts';
import { againText } from './again-text.ts';
import { type Colors, createColors } from './colors.ts';
import { cutTo, printable } from './printable.ts';
import { faultSentence } from './sweep-fault-text.ts';
import { type FindingStyle, paintClass } from './sweep-finding-text.ts';
import { placeOf, placeText } from './sweep-place.ts';

/** How much of the screen one finding may take. */
const MAX_LINES = 16;
const LABEL_WIDTH = 5;
/** Of what the program did next, so many calls. */
const MAX_REACTIONS = 4;
/** Of what it met, so much is told. */
const MAX_MET = 6;

/** One finding in at most 16 lines: what the program met, one after the other and where; what it did then, the proof, and how to see it again. */
export function fuzzFindingText(finding: FuzzFinding, style: FindingStyle): string {
  const colors = createColors(style.color);
  const { verdict, reaction, again } = finding;
  const met = metRows(finding, style);
  const told = [...labelled('then', reaction.slice(0, MAX_REACTIONS).join(', ')), ...labelled('why', verdict.reason)];
  const seed = labelled('seed', seedText(finding));
  const last = again === undefined ? [] : [line('again', againText(again, style.home), colors)];
  const room = MAX_LINES - 1 - met.length - told.length - seed.length - last.length;
  const proof = verdict.evidence.slice(0, Math.max(0, room)).map((text, index): [string, string] => {
    return [index === 0 ? 'proof' : '', text];
  });
  const rows = [...met, ...told, ...proof, ...seed];
  const shown = rows.map(([label, text]) => line(label, cut(printable(text), style), colors));
  return `${[titleLine(finding, style, colors), ...shown, ...last].join('\n')}\n`;
}

function titleLine(
  { class: kind, title, id, confirmed }: FuzzFinding,
  { columns, mark }: FindingStyle,
  colors: Colors,
): string {
  const isFlaky = mark === undefined && confirmed.shown < confirmed.tried;
  const times = `finding ${id} · ${mark ?? `${confirmed.shown} of ${confirmed.tried}${isFlaky ? ': flaky' : ''}`}`;
  const words = printable(title);
  const gap = Math.max((columns ?? 100) - kind.length - 2 - [...words].length - times.length, 2);
  const painted = isFlaky ? colors.yellow(times) : colors.dim(times);
  return `${paintClass(kind as CaseClass, colors)}  ${colors.bold(words)}${' '.repeat(gap)}${painted}`;
}

/** All that it met, numbered if it is more than one thing. */
function metRows({ adversity, sites }: FuzzFinding, style: FindingStyle): [string, string][] {
  const { faults, limits, switches } = adversity;
  const texts = [
    ...limits.map(limitSentence),
    ...(switches.length === 0
      ? []
      : [`another task goes on at ${switches.length === 1 ? 'one point' : `${switches.length} points`}`]),
    ...faults.map((fault, index) => faultText(fault, sites[index], style)),
  ];
  const shown =
    texts.length > MAX_MET ? [...texts.slice(0, MAX_MET - 1), `and ${texts.length - MAX_MET + 1} more`] : texts;
  return shown.map((text, index) => [shown.length === 1 ? 'met' : String(index + 1), text]);
}

/** `write #3 of notes.txt fails with EIO (Input/output error): save.c:12 in save`. */
function faultText(fault: CaseFault, site: FaultPlace | undefined, { sources }: FindingStyle): string {
  const place = site && placeOf(site.stack);
  const where = place === undefined ? site?.program : placeText(place, fault.syscall, sources);
  return `${whatHappens(fault, site?.file)}${where ? `: ${where}` : ''}`;
}

export function whatHappens(fault: CaseFault, file: string | undefined): string {
  const { syscall, ordinal, way } = fault;
  const call = `${syscall} #${ordinal}${file === undefined ? '' : ` of ${file}`}`;
  const signal = /^signal=(\w+)/.exec(fault.fault)?.[1];
  if (signal !== undefined) return `${signal} comes at ${call}`;
  const delay = /^delay_enter=(.+)/.exec(fault.fault)?.[1];
  if (delay !== undefined) return `${call} is delayed by ${delay}`;
  const error = way === 'short' || way === 'kill' ? way : fault.fault.replace(/^error=/, '');
  return faultSentence({ syscall, error, way, file, case: { id: '', faults: [fault] } });
}

function limitSentence({ of, most }: FuzzLimit): string {
  return of === 'files'
    ? `each process may have ${most} open files at most`
    : `each process may have ${most / 2 ** 20} MiB of data at most`;
}

function seedText({ seed, before, adversity, count }: FuzzFinding): string | undefined {
  const size = adversity.faults.length + adversity.limits.length + adversity.switches.length;
  const less =
    before > size
      ? `: ${before} ${before === 1 ? 'thing' : 'things'} met, of which ${size === 1 ? 'this matters' : 'these matter'}`
      : '';
  const more = count > 1 ? `; ${count} seeds showed it` : '';
  return seed === undefined ? undefined : `${seed}${less}${more}`;
}

function labelled(label: string, text: string | undefined): [string, string][] {
  return text === undefined || text === '' ? [] : [[label, text]];
}

function line(label: string, text: string, { dim }: Colors): string {
  return `${dim(label.padStart(LABEL_WIDTH))}  ${text}`;
}

function cut(text: string, { columns }: FindingStyle): string {
  return columns === undefined ? text : cutTo(text, Math.max(columns - LABEL_WIDTH - 2, 20));
}
