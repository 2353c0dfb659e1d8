import { createHash } from 'node:crypto';
import type { Confirmation } from '../model/campaign.ts';
import { RenacerError } from '../model/errors.ts';
import type { Json, JsonObject } from './case-maker.ts';

/** The version that is written. It grows when a reader of the older form would misread the newer one. */
export const RESULTS_VERSION = 1;

const FORMAT = 'renacer-results';

/** The first line: which campaign it is. */
export interface ResultsHeader {
  /** `sweep`. */
  readonly kind: string;
  /** All that decides which cases there are and how they are judged, by name. */
  readonly inputs: JsonObject;
}

/** One line of the file. */
export type ResultsLine =
  /** A case that was performed, in the form of its maker. */
  | { readonly type: 'case'; readonly id: string; readonly case: JsonObject }
  /** A case that Renacer could not perform. */
  | { readonly type: 'failure'; readonly id: string; readonly message: string }
  /** How often a case was shown by the other engine; and if it was never, how that ended. */
  | ({ readonly type: 'confirmation'; readonly id: string; readonly reason: string | undefined } & Confirmation);

export interface ResultsText {
  /** Undefined if not even the first line is whole: nothing is known then. */
  readonly header: ResultsHeader | undefined;
  readonly lines: readonly ResultsLine[];
  /** How many of its bytes are whole lines. What follows was cut when its writer was killed. */
  readonly wholeBytes: number;
}

/** A digest of all that decides the plan. */
export function planDigest({ kind, inputs }: ResultsHeader): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, sorted(inputs)]))
    .digest('hex')
    .slice(0, 16);
}

/** With its line end. */
export function printResultsHeader({ kind, inputs }: ResultsHeader): string {
  const plan = planDigest({ kind, inputs });
  return `${JSON.stringify({ format: FORMAT, version: RESULTS_VERSION, kind, plan, ...inputs })}\n`;
}

/** With its line end. */
export function printResultsLine(line: ResultsLine): string {
  if (line.type === 'case') return `${JSON.stringify({ case: line.id, ...line.case })}\n`;
  if (line.type === 'failure') return `${JSON.stringify({ failure: line.id, message: line.message })}\n`;
  const { id, tried, shown, reason } = line;
  return `${JSON.stringify({ confirmation: id, tried, shown, reason })}\n`;
}

/**
 * Reads what there is of a results file. A last line that was cut is left out. Throws BAD_RESULTS with `name:line` and the reason.
 *
 * @param name what errors call the file
 */
export function parseResults(text: Uint8Array, name: string): ResultsText {
  const wholeBytes = text.lastIndexOf(LINE_END) + 1;
  const lines = new TextDecoder().decode(text.subarray(0, wholeBytes)).split('\n').slice(0, -1);
  const [first, ...rest] = lines;
  if (first === undefined) {
    if (!isBeginningOfHeader(text)) throw badResults(name, 1, 'it is no results file');
    return { header: undefined, lines: [], wholeBytes };
  }
  const header = jsonOf(first, name, 1);
  if (header.format !== FORMAT) throw badResults(name, 1, 'it is no results file');
  const read = READERS.get(header.version);
  if (!read) {
    throw badResults(name, 1, `its version is ${header.version}, and this Renacer reads up to ${RESULTS_VERSION}`);
  }
  return { ...read(header, rest, name), wholeBytes };
}

const LINE_END = 0x0a;

type Reader = (header: JsonObject, lines: readonly string[], name: string) => Omit<ResultsText, 'wholeBytes'>;

/** A reader for each version that was ever written. */
const READERS: ReadonlyMap<unknown, Reader> = new Map([[1, readLines]]);

function readLines(first: JsonObject, rest: readonly string[], name: string): Omit<ResultsText, 'wholeBytes'> {
  const { format: _, version: __, kind, plan: ___, ...inputs } = first;
  if (typeof kind !== 'string') throw badResults(name, 1, 'kind is not a text');
  return { header: { kind, inputs }, lines: rest.map((line, index) => readLine(line, name, index + 2)) };
}

function readLine(text: string, name: string, at: number): ResultsLine {
  const json = jsonOf(text, name, at);
  const { case: id, failure, confirmation, message, tried, shown, reason, ...rest } = json;
  if (typeof id === 'string') {
    return { type: 'case', id, case: omit(json, 'case') };
  }
  if (typeof failure === 'string' && typeof message === 'string') return { type: 'failure', id: failure, message };
  const isCount = (value: Json | undefined): value is number => Number.isSafeInteger(value);
  if (typeof confirmation !== 'string' || !isCount(tried) || !isCount(shown)) {
    throw badResults(name, at, `it is no case, failure or confirmation: ${Object.keys({ ...rest }).join(', ')}`);
  }
  return {
    type: 'confirmation',
    id: confirmation,
    tried,
    shown,
    reason: typeof reason === 'string' ? reason : undefined,
  };
}

function omit(json: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(json).filter(([key]) => key !== name));
}

/** Whether a file without a whole line may be a results file whose writer was killed. */
function isBeginningOfHeader(text: Uint8Array): boolean {
  const start = `{"format":"${FORMAT}",`;
  const given = new TextDecoder().decode(text.subarray(0, start.length));
  return start.startsWith(given);
}

function jsonOf(text: string, name: string, at: number): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw badResults(name, at, (cause as Error).message, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badResults(name, at, 'it is not a JSON object');
  }
  return value as JsonObject;
}

/** The same text for the same values, whatever the order of their names. */
function sorted(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

export function badResults(name: string, line: number, reason: string, cause?: unknown): RenacerError {
  return new RenacerError('BAD_RESULTS', `${name}:${line}: ${reason}`, {
    hint: 'give a file that --results wrote',
    cause,
  });
}
