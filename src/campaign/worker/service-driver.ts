import type { CheckResult, Served } from '../../model/sweep.ts';

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
  /** How long a client may take, and how long the service may take to end when it is told to. */
  readonly limitMs: number;
}

/** What is to be done: nothing; the service is to get SIGTERM, once; it does not end, and is to be killed. */
export type ServiceStep = 'wait' | 'terminate' | 'give up';

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
  #clientBeganMs = 0;
  #limitEndsMs = 0;
  /** How long a client took that was served. */
  clientMs: number | undefined;
  #ready = false;
  #endedEarly = false;

  constructor(service: DrivenService) {
    this.#service = service;
  }

  get phase(): ServicePhase {
    return this.#phase;
  }

  step(nowMs: number): ServiceStep {
    if (this.#phase === 'starting' && this.#service.isReady()) {
      this.#ready = true;
      this.#phase = 'serving';
      this.#startClient(nowMs);
    }
    if (this.#phase === 'ending') return nowMs >= this.#limitEndsMs ? 'give up' : 'wait';
    return this.#client && this.#hasAsked(this.#client, nowMs) ? 'terminate' : 'wait';
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

  /** Whether all has been asked that is to be asked. */
  #hasAsked(client: RunningClient, nowMs: number): boolean {
    const said = client.poll() ?? (nowMs >= this.#limitEndsMs ? client.end() : undefined);
    if (!said) return false;
    this.#said.push(said);
    this.#client = undefined;
    if (said.passed) this.clientMs = nowMs - this.#clientBeganMs;
    if (!said.passed && this.#said.length === 1) {
      // Does a service that has failed one request still serve?
      this.#startClient(nowMs);
      return false;
    }
    this.#phase = 'ending';
    this.#limitEndsMs = nowMs + this.#service.limitMs;
    return true;
  }

  #startClient(nowMs: number): void {
    this.#client = this.#service.startClient();
    this.#clientBeganMs = nowMs;
    this.#limitEndsMs = nowMs + this.#service.limitMs;
  }
}
