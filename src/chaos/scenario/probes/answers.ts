import type { Bounds, ProbeCheck, ProbeQuestion } from '../../../model/scenario.ts';
import { printDuration, printSize } from '../../quantities.ts';

/** What an answer is worth. */
export type Judged = Pick<ProbeCheck, 'ok' | 'said'>;

type Of<K extends ProbeQuestion['kind']> = Extract<ProbeQuestion, { kind: K }>;

export interface CommandAnswer {
  readonly status: number;
  /** Of stdout and stderr. */
  readonly output: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

export interface FileAnswer {
  readonly size: number;
  readonly ageMs: number;
  readonly content: string;
}

/** What a shell says of a command that it can't execute, or can't find. */
const NOT_EXECUTED: readonly number[] = [126, 127];
/** Of a text that is not as it should be, so much is shown. */
const SHOWN = 80;

/** The question could not be asked. */
export function unasked(why: string): Judged {
  return { ok: 'unknown', said: why };
}

/** Nobody answered, or not in time: that is an answer, too. */
export function unanswered(why: string): Judged {
  return { ok: false, said: `no answer: ${why}` };
}

export function judgeCommand({ status = [0], output }: Of<'command'>, answer: CommandAnswer): Judged {
  const isRight = status.includes(answer.status);
  if (!isRight && NOT_EXECUTED.includes(answer.status)) return unasked(`it can't be run: ${lastLine(answer.output)}`);
  const said = `exit status ${answer.status}`;
  if (!isRight) return { ok: false, said: withText(said, lastLine(answer.output)) };
  return matched(said, 'output', output, answer.output);
}

export function judgeHttp({ status, body }: Of<'http'>, answer: HttpAnswer): Judged {
  const said = `status ${answer.status}`;
  const isRight = status ? status.includes(answer.status) : answer.status >= 200 && answer.status < 300;
  return isRight ? matched(said, 'body', body, answer.body) : { ok: false, said };
}

/** `answer` is undefined if there is no such file. */
export function judgeFile({ exists = true, size, ageMs, content }: Of<'file'>, answer: FileAnswer | undefined): Judged {
  if (!answer) return { ok: !exists, said: 'no such file' };
  if (!exists) return { ok: false, said: 'it is there' };
  if (!isWithin(answer.size, size)) return { ok: false, said: `its size is ${printSize(answer.size)}` };
  if (!isWithin(answer.ageMs, ageMs)) return { ok: false, said: `it is ${printDuration(answer.ageMs)} old` };
  return matched('it is there', 'content', content, answer.content);
}

/** `line` is the last that matches; undefined if none does. */
export function judgeOutput({ regex, seen }: Of<'output'>, line: string | undefined): Judged {
  if (line === undefined) return { ok: !seen, said: `no line matches /${regex}/` };
  return { ok: seen, said: `a line matches: ${shown(line)}` };
}

function isWithin(value: number, { min = -Infinity, max = Infinity }: Bounds = {}): boolean {
  return value >= min && value <= max;
}

function matched(said: string, what: string, pattern: string | undefined, text: string): Judged {
  if (pattern === undefined || new RegExp(pattern, 'm').test(text)) return { ok: true, said };
  return { ok: false, said: withText(`${said}, but its ${what} does not match /${pattern}/`, lastLine(text)) };
}

function withText(said: string, text: string): string {
  return text === '' ? said : `${said}: ${text}`;
}

function lastLine(text: string): string {
  return shown(text.trimEnd().split('\n').at(-1)!);
}

function shown(line: string): string {
  return line.length > SHOWN ? `${line.slice(0, SHOWN - 3)}...` : line;
}
