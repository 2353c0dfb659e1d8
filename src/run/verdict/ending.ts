import type { PreparedLimits } from '../../chaos/basic/limits.ts';
import { monotonicMs } from '../../linux/clock.ts';
import type { TimeoutUse } from '../../model/run-result.ts';
import { IdleWatch } from './idle-watch.ts';

/** SIGTERM is followed by SIGKILL after this long, unless the configuration says otherwise. */
export const DEFAULT_KILL_AFTER_MS = 2000;
/** A timeout after this much idleness is a hang, unless the configuration says otherwise. */
export const DEFAULT_HANG_AFTER_MS = 5000;

export interface EndingRequest {
  /** Undefined or 0: no deadline. */
  readonly timeoutMs: number | undefined;
  readonly killAfterMs: number | undefined;
  readonly hangAfterMs: number | undefined;
  readonly abort: AbortSignal | undefined;
}

/** Ends a tree before its time: at its deadline, or because the caller says so. First SIGTERM, then SIGKILL. */
export class Ending {
  readonly #limits: PreparedLimits;
  readonly #request: EndingRequest;
  readonly #idle: IdleWatch | undefined;
  readonly #deadline: NodeJS.Timeout | undefined;
  #grace: NodeJS.Timeout | undefined;
  #cause: 'timeout' | 'abort' | undefined;
  #idleMs = 0;
  #killed = false;

  /** To be made when the command has been executed. */
  constructor(limits: PreparedLimits, request: EndingRequest) {
    this.#limits = limits;
    this.#request = request;
    if (request.timeoutMs) {
      this.#idle = new IdleWatch(() => limits.cpuTimeUs());
      this.#deadline = setTimeout(() => this.#timeOut(), request.timeoutMs);
    }
    if (request.abort?.aborted) this.#onAbort();
    else request.abort?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get cause(): 'timeout' | 'abort' | undefined {
    return this.#cause;
  }

  /** Whether the whole tree had been idle for long when its time was up. */
  get hung(): boolean {
    return this.#cause === 'timeout' && this.#idleMs >= (this.#request.hangAfterMs ?? DEFAULT_HANG_AFTER_MS);
  }

  timeoutUse(): TimeoutUse | undefined {
    const limitMs = this.#request.timeoutMs;
    return limitMs ? { limitMs, reached: this.#cause === 'timeout', killed: this.#killed } : undefined;
  }

  /** The tree has ended. */
  stop(): void {
    this.#idle?.stop();
    clearTimeout(this.#deadline);
    clearTimeout(this.#grace);
    this.#request.abort?.removeEventListener('abort', this.#onAbort);
  }

  #timeOut(): void {
    this.#idleMs = this.#idle?.idleMs() ?? 0;
    this.#end('timeout');
  }

  readonly #onAbort = (): void => this.#end('abort');

  #end(cause: 'timeout' | 'abort'): void {
    if (this.#cause) return;
    this.#cause = cause;
    this.#limits.signalTree('SIGTERM');
    // A stopped process would sleep through the deadline.
    this.#limits.signalTree('SIGCONT');
    this.#grace = setTimeout(() => this.#kill(), this.#request.killAfterMs ?? DEFAULT_KILL_AFTER_MS);
  }

  /** Until nothing is left: a tree that forks may outrun one kill. */
  #kill(): void {
    this.#killed = true;
    this.#limits.killTree();
    this.#grace = setTimeout(() => this.#kill(), 100);
  }
}

/** Resolves when the tree has no process left; polled, since nothing tells. */
export async function treeIsEmpty(limits: PreparedLimits): Promise<void> {
  const startMs = monotonicMs();
  while (!limits.isEmpty()) {
    const pause = Math.min(50, 1 + (monotonicMs() - startMs) / 10);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
