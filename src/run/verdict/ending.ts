import type { PreparedLimits } from '../../chaos/basic/limits.ts';
import { monotonicMs } from '../../linux/clock.ts';

/** SIGTERM is followed by SIGKILL after this long, unless the configuration says otherwise. */
export const DEFAULT_KILL_AFTER_MS = 2000;

export interface EndingRequest {
  /** Undefined or 0: no deadline. */
  readonly timeoutMs: number | undefined;
  readonly killAfterMs: number | undefined;
  readonly abort: AbortSignal | undefined;
  /** How long the tree has been idle by now. */
  readonly idleMs: () => number;
  /** Whether the command has been ended to be started again. */
  readonly isDown: () => boolean;
  /** Told when it is ended before its time, before any signal is sent. */
  readonly onEnd: () => void;
}

/**
 * Why a tree is ended: its time is up; the caller says so; what `abort_on` names has happened; its steady state was not met; a
 * service has served its time.
 */
export type EndCause = 'timeout' | 'abort' | 'abort_on' | 'unsteady' | 'served';

/** How a tree was ended before its time. */
export interface EndedEarly {
  readonly cause: EndCause;
  /** What has happened, for people, where the cause does not say it. */
  readonly why: string | undefined;
  /** When, by the monotonic clock. */
  readonly atMs: number;
  /** How long it had been idle then. */
  readonly idleMs: number;
  /** SIGTERM was not enough, SIGKILL followed. */
  readonly killed: boolean;
}

/** Ends a tree before its time. First SIGTERM, then SIGKILL. */
export class Ending {
  readonly #limits: PreparedLimits;
  readonly #request: EndingRequest;
  readonly #deadline: NodeJS.Timeout | undefined;
  #grace: NodeJS.Timeout | undefined;
  #early: EndedEarly | undefined;

  /** To be made when the command has been executed. */
  constructor(limits: PreparedLimits, request: EndingRequest) {
    this.#limits = limits;
    this.#request = request;
    if (request.timeoutMs) this.#deadline = setTimeout(() => this.end('timeout'), request.timeoutMs);
    if (request.abort?.aborted) this.#onAbort();
    else request.abort?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Undefined if the tree came to its end by itself. */
  get early(): EndedEarly | undefined {
    return this.#early;
  }

  /** The tree has ended. */
  stop(): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#grace);
    this.#request.abort?.removeEventListener('abort', this.#onAbort);
  }

  /** Does nothing if it is being ended already. */
  end(cause: EndCause, why?: string): void {
    // We may be late ourselves (stopped, or out of CPU time): what has ended meanwhile was not ended by us.
    if (this.#early || (!this.#request.isDown() && this.#limits.processIds().length === 0)) return;
    this.#request.onEnd();
    this.#early = { cause, why, atMs: monotonicMs(), idleMs: this.#request.idleMs(), killed: false };
    this.#limits.signalTree('SIGTERM');
    // A stopped process would sleep through the deadline.
    this.#limits.signalTree('SIGCONT');
    this.#grace = setTimeout(() => this.#kill(), this.#request.killAfterMs ?? DEFAULT_KILL_AFTER_MS);
  }

  readonly #onAbort = (): void => this.end('abort');

  /** Until nothing is left: a tree that forks may outrun one kill. */
  #kill(): void {
    this.#early = { ...this.#early!, killed: true };
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
