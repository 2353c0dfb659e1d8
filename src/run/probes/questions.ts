import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  type Judged,
  judgeCommand,
  judgeFile,
  judgeHttp,
  judgeOutput,
  unanswered,
  unasked,
} from '../../chaos/scenario/probes/answers.ts';
import type { ProbeQuestion } from '../../model/scenario.ts';
import { type OutsidePlace, runOutside } from '../command/outside-command.ts';
import type { Connections } from './connections.ts';

/** What the command has written. */
export interface WrittenLines {
  /** The last line that it has written to this stream (to either, if undefined) and that matches; undefined if there is none. */
  lineOf(regex: string, stream: 'stdout' | 'stderr' | undefined): string | undefined;
}

/** Where questions are asked: outside of the tree and its limits, in the network that the command is in. */
export interface ProbePlace extends OutsidePlace {
  readonly connections: Connections;
  /** Undefined where nobody sees what the command writes. */
  readonly output: WrittenLines | undefined;
}

/** More of a file than this is not looked at for what it contains. */
const MAX_CONTENT = 16 * 1024 ** 2;

/**
 * Asks a question once. It never throws: what keeps it from being asked is the answer `unknown`. When `end` is aborted, nobody waits
 * for an answer any more; what its reason says is the answer.
 */
export function ask(question: ProbeQuestion, end: AbortSignal, place: ProbePlace): Promise<Judged> {
  switch (question.kind) {
    case 'command':
      return askCommand(question, end, place);
    case 'http':
      return askHttp(question, end, place.connections);
    case 'tcp':
      return place.connections.connect(question.address, end);
    case 'file':
      return askFile(question, place.cwd);
    case 'output':
      return Promise.resolve(askOutput(question, place.output));
  }
}

type Of<K extends ProbeQuestion['kind']> = Extract<ProbeQuestion, { kind: K }>;

async function askCommand(question: Of<'command'>, end: AbortSignal, place: OutsidePlace): Promise<Judged> {
  const answer = await runOutside(question.command, place, { end });
  return end.aborted ? unanswered(String(end.reason)) : judgeCommand(question, answer);
}

async function askHttp(question: Of<'http'>, end: AbortSignal, connections: Connections): Promise<Judged> {
  const answer = await connections.get(question.url, end);
  return 'ok' in answer ? answer : judgeHttp(question, answer);
}

async function askFile(question: Of<'file'>, cwd: string): Promise<Judged> {
  const file = path.resolve(cwd, question.path);
  try {
    const { size, mtimeMs } = await stat(file);
    const content = question.content === undefined ? '' : await contentOf(file, size);
    return judgeFile(question, { size, ageMs: Math.max(0, Math.round(Date.now() - mtimeMs)), content });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? judgeFile(question, undefined) : unasked(message);
  }
}

function askOutput(question: Of<'output'>, output: WrittenLines | undefined): Judged {
  if (!output) return unasked('what the command writes is not seen here');
  return judgeOutput(question, output.lineOf(question.regex, question.stream));
}

function contentOf(file: string, size: number): Promise<string> {
  if (size > MAX_CONTENT) throw new Error(`${file}: more than ${MAX_CONTENT} bytes are not searched`);
  return readFile(file, 'utf8');
}
