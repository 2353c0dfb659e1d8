/** After it was asked to end: how long cases that were begun, and confirmations, go on. */
const GRACE_MS = 5000;
/** setTimeout() takes what is longer for 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The end of a campaign before its time: asked for by one signal, which leaves it a while, or by the other, at once. */
export class Ending {
  readonly #signals: readonly (AbortSignal | undefined)[];
  readonly #end: () => void;
  readonly #onAskedFor = (): void => this.endWithin(GRACE_MS);
  readonly #timers: NodeJS.Timeout[] = [];

  /** @param end ends whatever is under way */
  constructor(
    { signal, atOnce }: { signal?: AbortSignal | undefined; atOnce?: AbortSignal | undefined },
    end: () => void,
  ) {
    this.#signals = [signal, atOnce];
    this.#end = end;
    signal?.addEventListener('abort', this.#onAskedFor);
    atOnce?.addEventListener('abort', end);
    if (signal?.aborted) this.#onAskedFor();
    if (atOnce?.aborted) end();
  }

  /** Whether nothing new is to be begun but confirmations. */
  get isAskedFor(): boolean {
    return this.#signals.some((signal) => signal?.aborted);
  }

  /** Whatever is under way in so many ms is ended. */
  endWithin(ms: number): void {
    this.#timers.push(setTimeout(this.#end, Math.min(ms, MAX_TIMER_MS)));
  }

  /** It has ended by itself. */
  forget(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    const [signal, atOnce] = this.#signals;
    signal?.removeEventListener('abort', this.#onAskedFor);
    atOnce?.removeEventListener('abort', this.#end);
  }
}
