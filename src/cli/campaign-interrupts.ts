import { constants } from 'node:os';

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type EndingSignal = (typeof ENDING)[number];

/**
 * What ends a sweep before its time. The first of these signals lets it stop, and tell what it knows; the second ends this process at
 * once: the workers end with it. What our caller ignores, as nohup(1) does, stays ignored.
 */
export class CampaignInterrupts {
  readonly #abort = new AbortController();
  readonly #handlers: readonly (readonly [signal: EndingSignal, handler: () => void])[];
  #received: EndingSignal | undefined;

  /**
   * @param onFirst called when it has been asked to end
   * @param onSecond called before this process ends at once
   */
  constructor(ignored: readonly number[], onFirst: () => void, onSecond: () => void) {
    const end = (name: EndingSignal): void => {
      if (this.#received === undefined) {
        this.#received = name;
        onFirst();
        this.#abort.abort();
      } else {
        onSecond();
        process.exit(exitCodeOfSignal(name));
      }
    };
    this.#handlers = ENDING.filter((name) => !ignored.includes(constants.signals[name])).map((name) => {
      return [name, () => end(name)] as const;
    });
    for (const [name, handler] of this.#handlers) process.on(name, handler);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get received(): EndingSignal | undefined {
    return this.#received;
  }

  stop(): void {
    for (const [name, handler] of this.#handlers) process.off(name, handler);
  }
}

export function exitCodeOfSignal(name: EndingSignal): number {
  return 128 + constants.signals[name];
}
