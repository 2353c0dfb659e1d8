import type { CheckResult, Served } from '../../../model/sweep.ts';

/** A client at work. After it has ended, or was ended, nothing is to be asked of it. */
export interface RunningClient {
  /** How it ended; undefined as long as it runs. */
  poll(): CheckResult | undefined;
  /** Ends it: its time is over. */
  end(): CheckResult;
}

export interface DrivenService {
  readonly isReady: () => boolean;
  readonly startClient: () => RunningClient;
  /** How long a client may take. */
  readonly clientLimitMs: number;
}

/**
 * - `starting`: it is not ready yet
 * - `serving`: its client is at work
 * - `ending`: it has got SIGTERM, or has ended
 */
export type ServicePhase = 'starting' | 'serving' | 'ending';

/** Leads a service through its life: waits until it is ready, sends it a client, then has it end. To be asked every few milliseconds. */
export class ServiceDriver {
  readonly #service: DrivenService;
  readonly #said: CheckResult[] = [];
  #phase: ServicePhase = 'starting';
  #client: RunningClient | undefined;
  #clientEndsMs = 0;
  #ready = false;
  #endedEarly = false;

  constructor(service: DrivenService) {
    this.#service = service;
  }

  get phase(): ServicePhase {
    return this.#phase;
  }

  /** Goes on by a step. True when the service is to get SIGTERM: once. */
  step(nowMs: number): boolean {
    if (this.#phase === 'starting' && this.#service.isReady()) {
      this.#ready = true;
      this.#phase = 'serving';
      this.#startClient(nowMs);
    }
    if (this.#phase !== 'serving') return false;
    const said = this.#client!.poll() ?? (nowMs >= this.#clientEndsMs ? this.#client!.end() : undefined);
    if (!said) return false;
    this.#said.push(said);
    this.#client = undefined;
    if (!said.passed && this.#said.length === 1) {
      // Does a service that has failed one request still serve?
      this.#startClient(nowMs);
      return false;
    }
    this.#phase = 'ending';
    return true;
  }

  /** The service is gone: by itself, after SIGTERM, or because it was given up. */
  ended(wasGivenUp: boolean): void {
    if (this.#client) this.#said.push(this.#client.poll() ?? this.#client.end());
    this.#client = undefined;
    this.#endedEarly = this.#phase !== 'ending' && !wasGivenUp;
    this.#phase = 'ending';
  }

  served(): Served {
    return { ready: this.#ready, client: this.#said[0], again: this.#said[1], endedEarly: this.#endedEarly };
  }

  #startClient(nowMs: number): void {
    this.#client = this.#service.startClient();
    this.#clientEndsMs = nowMs + this.#service.clientLimitMs;
  }
}
