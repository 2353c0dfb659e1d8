import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Coordinate, Recorded } from '../../../model/sweep.ts';
import { isNamed, shortName } from './file-names.ts';
import { isAt } from './reaction.ts';

/** Which files the calls of a good run are on, as people call them. */
export class FilesOfCalls {
  readonly #clean: Recorded;
  readonly #input: string;

  constructor(clean: Recorded, input: string) {
    this.#clean = clean;
    this.#input = input;
  }

  /** Undefined if it is on none, or made in no good run. */
  of(at: Coordinate): string | undefined {
    const names = this.#namesAt(at);
    return names.length === 0 ? undefined : names.join(', ');
  }

  /** Only one that is there before the command is: its name is the same in each run. */
  ofInput(at: Coordinate): string | undefined {
    return this.#namesAt(at).find((name) => !path.isAbsolute(name) && existsSync(path.join(this.#input, name)));
  }

  #namesAt(at: Coordinate): readonly string[] {
    const paths = this.#clean.calls.find((call) => isAt(call, at))?.paths ?? [];
    return [...new Set(paths.filter(isNamed).map((name) => shortName(name, this.#input)))];
  }
}
