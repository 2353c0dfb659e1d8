import { constants } from 'node:os';

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type EndingSignal = (typeof ENDING)[number];

/**
 * What ends a sweep before its time. The first of these signals lets it stop, and tell what it knows; the second ends this process at
 * once: the workers end with it. What our caller ignores, as nohup(1) does, stays ignored.
 */
export class SweepInterrupts {
  readonly #abort = new AbortController();
  readonly #handlers: readonly (readonly [signal: EndingSignal, handler: () => void])[];
  #received: EndingSignal | undefined;

  constructor(ignored: readonly number[], atOnce: () => void) {
    this.#handlers = ENDING.filter((name) => !ignored.includes(constants.signals[name])).map((name) => {
      return [name, () => this.#end(name, atOnce)] as const;
    });
    for (const [name, handler] of this.#handlers) process.on(name, handler);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get received(): EndingSignal | undefined {
    return this.#received;
  }

  /** Nobody reads what would be told. */
  readerGone(): void {
    this.#abort.abort();
  }

  stop(): void {
    for (const [name, handler] of this.#handlers) process.off(name, handler);
  }

  #end(name: EndingSignal, atOnce: () => void): void {
    if (this.#received !== undefined) {
      atOnce();
      process.exit(exitCodeOfSignal(name));
    }
    this.#received = name;
    this.#abort.abort();
  }
}

export function exitCodeOfSignal(name: EndingSignal): number {
  return 128 + constants.signals[name];
}
