import type { FiredFault } from '../../faults/fault-policy.ts';
import { FirstAndLast } from '../../faults/first-and-last.ts';
import type { SentSignal } from '../../faults/sent-signals.ts';
import type { Switch } from '../../model/schedule.ts';
import type { RecordingFile } from '../recording/recording-file.ts';
import type { EngineMessage } from './engine-messages.ts';
import { Streaks } from './spinning.ts';

/** Told one by one; beyond that, no more often than this: whoever is told more than it can hear fills its memory. */
const MAX_TOLD = 1000;
const TOLD_EVERY_MS = 100;

/**
 * What the engine's thread notes of what it injects, in bounded memory: each is in the recording at once; the first and the last are
 * kept for the result; the thread that started this one is told of so many that it can name the last.
 */
export class InjectionLog {
  readonly streaks: Streaks = new Streaks();
  readonly fired: FirstAndLast<FiredFault> = new FirstAndLast();
  readonly #recording: RecordingFile | undefined;
  readonly #tell: (message: EngineMessage) => void;
  #told = 0;
  #lastToldMs = 0;

  constructor(recording: RecordingFile | undefined, tell: (message: EngineMessage) => void) {
    this.#recording = recording;
    this.#tell = tell;
  }

  fault(fault: FiredFault): void {
    this.fired.add(fault);
    this.streaks.add(fault);
    this.#recording?.fault(fault);
    if (this.#mayTell(fault.timeMs)) this.#tell({ kind: 'fault', fault });
  }

  signal(sent: SentSignal): void {
    this.#recording?.signal(sent);
    if (this.#mayTell(sent.timeMs)) this.#tell({ kind: 'signal', sent });
  }

  turn(made: Switch): void {
    this.#recording?.turn(made);
  }

  #mayTell(timeMs: number): boolean {
    if (this.#told >= MAX_TOLD && timeMs < this.#lastToldMs + TOLD_EVERY_MS) return false;
    this.#told += 1;
    this.#lastToldMs = timeMs;
    return true;
  }
}
