import { ftruncateSync, readFileSync } from 'node:fs';
import { errnoName } from '../linux/libc.ts';
import { LineFile } from '../linux/line-file.ts';
import { RenacerError } from '../model/errors.ts';
import { nameOf, openForWriting, unwritable } from '../run/recording/open-for-writing.ts';
import type { Json, JsonObject } from './case-maker.ts';
import {
  parseResults,
  printResultsHeader,
  printResultsLine,
  type ResultsHeader,
  type ResultsLine,
  type ResultsText,
} from './results-file.ts';

/** A results file under way: what is known from before, and what is added, each line as soon as it is known. */
export class ResultsLog {
  /** As it was given. */
  readonly file: string;
  /** What it knew already, in its order: from the second line on. */
  readonly before: readonly ResultsLine[];
  readonly #option: string;
  readonly #lines: LineFile;

  private constructor(file: string, option: string, fd: number, before: readonly ResultsLine[]) {
    this.file = file;
    this.before = before;
    this.#option = option;
    this.#lines = LineFile.of(fd);
  }

  /** A new file. Throws RESULTS_EXIST if there is one with something in it, and OUTPUT_UNWRITABLE. */
  static begin(file: string, header: ResultsHeader): ResultsLog {
    const text = readIfThere(file);
    if (text !== undefined && text.length > 0) {
      throw new RenacerError('RESULTS_EXIST', `--results: ${JSON.stringify(file)} is there already`, {
        hint: 'go on from it with --resume, name another file, or remove it',
      });
    }
    return ResultsLog.#open(file, '--results', header, undefined);
  }

  /**
   * Goes on with a file: what was cut at its end is dropped. Throws RESULTS_UNREADABLE, BAD_RESULTS, OUTPUT_UNWRITABLE, and
   * RESULTS_OF_ANOTHER if it is of another campaign.
   */
  static goOn(file: string, header: ResultsHeader): ResultsLog {
    const text = readIfThere(file);
    if (text === undefined) throw unreadable(file, 'no such file');
    const read = parseResults(text, file);
    if (read.header) refuseAnother(read.header, header, file);
    return ResultsLog.#open(file, '--resume', header, read);
  }

  static #open(file: string, option: string, header: ResultsHeader, read: ResultsText | undefined): ResultsLog {
    const fd = openForWriting(file, option, 'a');
    if (read) ftruncateSync(fd, read.wholeBytes);
    const log = new ResultsLog(file, option, fd, read?.lines ?? []);
    if (!read?.header) log.#lines.write(printResultsHeader(header));
    return log;
  }

  /** Why the file is not whole, for people; undefined if it is. */
  get failure(): string | undefined {
    const { errno } = this.#lines;
    return errno === 0 ? undefined : unwritable(nameOf(this.#option, this.file), { code: errnoName(errno) });
  }

  write(line: ResultsLine): void {
    this.#lines.write(printResultsLine(line));
  }

  close(): void {
    this.#lines.close();
  }
}

/** Undefined if there is none. */
function readIfThere(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw unreadable(file, code ?? message, cause);
  }
}

function unreadable(file: string, reason: string, cause?: unknown): RenacerError {
  return new RenacerError('RESULTS_UNREADABLE', `can't read the results in ${JSON.stringify(file)}: ${reason}`, {
    hint: 'give a file that --results wrote',
    cause,
  });
}

function refuseAnother(before: ResultsHeader, now: ResultsHeader, file: string): void {
  const changes = before.kind === now.kind ? changesOf(before.inputs, now.inputs, '') : [`it is of a ${before.kind}`];
  if (changes.length === 0) return;
  throw new RenacerError('RESULTS_OF_ANOTHER', `${file} is of another campaign: ${changes.join('; ')}`, {
    hint: 'give the same command, input and options as before, or begin anew with --results and another file',
  });
}

/** Values that are longer are not shown. */
const MAX_SHOWN = 60;

function changesOf(before: JsonObject, now: JsonObject, within: string): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.flatMap((name) => {
    const [old, value] = [before[name], now[name]];
    const path = `${within}${name}`;
    if (isObject(old) && isObject(value)) return changesOf(old, value, `${path}.`);
    const [was, is] = [textOf(old), textOf(value)];
    if (was === is) return [];
    const isShown = was.length <= MAX_SHOWN && is.length <= MAX_SHOWN;
    return [isShown ? `${path} was ${was}, and is ${is}` : `${path} has changed`];
  });
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: Json | undefined): string {
  return value === undefined ? 'not given' : JSON.stringify(value);
}
