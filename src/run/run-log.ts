import type { FiredFault } from '../faults/fault-policy.ts';
import type { SentSignal } from '../faults/sent-signals.ts';
import { monotonicMs } from '../linux/clock.ts';
import type { InjectedFault } from '../model/run-result.ts';
import type { EngineListener } from './engine/engine-listener.ts';
import type { RunRequest } from './request.ts';
import { callFault, signalFault } from './verdict/injected-faults.ts';

/** What is noted while a run goes on: when it began, and what was injected last. */
export class RunLog {
  #lastFault: FiredFault | undefined;
  #lastSignal: SentSignal | undefined;
  #startMs = monotonicMs();

  /** The command has been executed, or processes have been attached to: times count from now on. */
  begin(): void {
    this.#startMs = monotonicMs();
  }

  /** When it began. */
  get startMs(): number {
    return this.#startMs;
  }

  /** Since it began. */
  get elapsedMs(): number {
    return monotonicMs() - this.#startMs;
  }

  /** What was injected last, so far as its engine told; undefined if nothing was. */
  get last(): InjectedFault | undefined {
    const fault = this.#lastFault;
    const signal = this.#lastSignal;
    if (signal && !(fault && fault.timeMs > signal.timeMs)) return signalFault(signal);
    return fault && callFault(fault);
  }

  /** What every run does with what its engine tells. */
  listener(trace: RunRequest['trace']): Pick<EngineListener, 'fault' | 'signal' | 'event' | 'idle'> {
    return {
      fault: (fault) => {
        this.#lastFault = fault;
      },
      signal: (sent) => {
        this.#lastSignal = sent;
      },
      event: (event) => trace?.onEvent?.(event),
      idle: () => trace?.onIdle?.(),
    };
  }
}
