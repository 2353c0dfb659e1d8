import type { Probe, ProbeCheck, ProbeMoment, ProbeUse } from '../../../model/scenario.ts';
import type { Judged } from './answers.ts';

/** A command may take so long to come up, or longer if it is given longer to recover or to fail. */
export const COMES_UP_MS = 10_000;
/** A question that is waited for is asked again after this share of the time since the first: so its time is as exact. */
const AGAIN_SHARE = 0.1;
const LEAST_PAUSE_MS = 10;
const LEAST_PATIENCE_MS = 10;

/** What the questions of a moment have come to. */
export type Standing = 'asking' | 'holds' | 'fails' | 'unknown';

/** One probe through a run: what was answered, and what follows from it. It asks nothing and knows no clock. */
export class ProbeCourse {
  readonly probe: Probe;
  readonly #checks: ProbeCheck[] = [];
  #asked = 0;
  #moment: ProbeMoment | undefined;
  /** When the first question of this moment could be asked. */
  #sinceMs = 0;
  #overMs = 0;
  #failuresInRow = 0;
  #recoveredMs: number | undefined;
  #lost: ProbeCheck | undefined;
  #answeredDuring = false;

  constructor(probe: Probe) {
    this.probe = probe;
  }

  /**
   * From now on it is asked for this. Times are in milliseconds since the start of the command. `overMs`: when phases were over, if
   * it could not be asked at once.
   */
  begin(moment: ProbeMoment, ms: number, overMs: number = ms): void {
    this.#moment = moment;
    this.#sinceMs = ms;
    this.#overMs = overMs;
    this.#failuresInRow = 0;
  }

  /** Takes an answer that was known at `ms`, and says what the moment has come to. */
  add({ ok, said }: Judged, ms: number): Standing {
    const check: ProbeCheck = { when: this.#moment!, ms, ok, said };
    this.#keep(check);
    this.#failuresInRow = ok === true ? 0 : this.#failuresInRow + (ok === false ? 1 : 0);
    return this.#standing(check);
  }

  /** How long to wait for the next question. */
  pauseMs(ms: number): number {
    const { intervalMs } = this.probe;
    if (this.#moment === 'during') return intervalMs;
    return Math.min(intervalMs, Math.max(LEAST_PAUSE_MS, (ms - this.#sinceMs) * AGAIN_SHARE));
  }

  /** How long an answer may take: one that comes after the time to recover is over is of no use. */
  patienceMs(ms: number): number {
    const { timeoutMs, withinMs } = this.probe;
    if (this.#moment !== 'after' || withinMs === undefined) return timeoutMs;
    return Math.min(timeoutMs, Math.max(LEAST_PATIENCE_MS, this.#sinceMs + withinMs - ms));
  }

  /** The wrong answer with which the steady state was lost while phases went on. */
  get lost(): ProbeCheck | undefined {
    return this.#lost;
  }

  /** The last answer that was given to a question of this moment. */
  last(moment: ProbeMoment): ProbeCheck | undefined {
    return this.#checks.findLast(({ when }) => when === moment);
  }

  /** It was to be asked while the command went on, and never once was answered. */
  get wasNeverAnswered(): boolean {
    return !this.#answeredDuring && this.probe.check.includes('during');
  }

  use(): ProbeUse {
    return {
      name: this.probe.name,
      checks: [...this.#checks],
      asked: this.#asked,
      recoveredMs: this.#recoveredMs,
      withinMs: this.probe.withinMs,
    };
  }

  #standing(check: ProbeCheck): Standing {
    const { failureThreshold, intervalMs, withinMs } = this.probe;
    const waitedMs = check.ms - this.#sinceMs;
    const wrong = check.ok === 'unknown' ? 'unknown' : 'fails';
    switch (check.when) {
      case 'before':
        if (check.ok === true) return 'holds';
        return waitedMs >= Math.max(COMES_UP_MS, failureThreshold * intervalMs, withinMs ?? 0) ? wrong : 'asking';
      case 'during':
        this.#answeredDuring ||= check.ok !== 'unknown';
        if (this.#failuresInRow >= failureThreshold) this.#lost ??= check;
        return this.#failuresInRow >= failureThreshold ? 'fails' : 'asking';
      case 'after': {
        if (check.ok === true) {
          this.#recoveredMs = check.ms - this.#overMs;
          return 'holds';
        }
        const isOver = withinMs === undefined ? this.#asksAgain(check) : waitedMs >= withinMs;
        return isOver ? wrong : 'asking';
      }
    }
  }

  /** Without a time for it: so many wrong answers are a failure, and one that could not be had says nothing. */
  #asksAgain({ ok }: ProbeCheck): boolean {
    return ok === 'unknown' || this.#failuresInRow >= this.probe.failureThreshold;
  }

  /** The first, the last, and each that differs: a probe is asked often, and most answers are the same. */
  #keep(check: ProbeCheck): void {
    this.#asked += 1;
    const [before, last] = this.#checks.slice(-2);
    const isSame = [before, last].every(
      (one) => one && one.when === check.when && one.ok === check.ok && one.said === check.said,
    );
    if (isSame) this.#checks.pop();
    this.#checks.push(check);
  }
}
