import { RenacerError } from '../model/errors.ts';
import type { Case, CaseMaker, CaseResult } from './case-maker.ts';
import type { ConfirmationRuns } from './confirm.ts';
import { badResults, type ResultsLine } from './results-file.ts';
import type { ResultsLog } from './results-log.ts';

/** All results that a campaign has, from before or its own, by the ids of their cases. Each new one is written to its file once. */
export class KnownResults<C extends Case, R extends CaseResult> {
  readonly #maker: Pick<CaseMaker<C, R, unknown>, 'toJson' | 'fromJson'>;
  readonly #log: ResultsLog | undefined;
  readonly #results = new Map<string, R>();
  readonly #confirmations = new Map<string, ConfirmationRuns>();
  readonly #written = new Set<string>();

  /** Throws BAD_RESULTS for a line of the file that is no case of this maker. */
  constructor(maker: Pick<CaseMaker<C, R, unknown>, 'toJson' | 'fromJson'>, log: ResultsLog | undefined) {
    this.#maker = maker;
    this.#log = log;
    log?.before.forEach((line, index) => {
      this.#written.add(keyOf(line));
      if (line.type === 'case') this.#results.set(line.id, this.#read(line, log.file, index + 2));
      else if (line.type === 'confirmation') this.#confirmations.set(line.id, line);
    });
  }

  result(of: C): R | undefined {
    return this.#results.get(of.id);
  }

  confirmation(of: C): ConfirmationRuns | undefined {
    return this.#confirmations.get(of.id);
  }

  add(of: C, result: R): ResultsLine {
    this.#results.set(of.id, result);
    return { type: 'case', id: of.id, case: this.#maker.toJson(of, result) };
  }

  write(line: ResultsLine): void {
    const key = keyOf(line);
    if (this.#written.has(key)) return;
    this.#written.add(key);
    this.#log?.write(line);
  }

  #read(line: ResultsLine & { readonly type: 'case' }, file: string, number: number): R {
    try {
      return this.#maker.fromJson(line.case);
    } catch (cause) {
      if (cause instanceof RenacerError) throw cause;
      throw badResults(file, number, (cause as Error).message, cause);
    }
  }
}

function keyOf({ type, id }: ResultsLine): string {
  return `${type} ${id}`;
}
