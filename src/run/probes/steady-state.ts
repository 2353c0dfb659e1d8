import { setTimeout as sleep } from 'node:timers/promises';
import { printDuration } from '../../chaos/quantities.ts';
import type { Judged } from '../../chaos/scenario/probes/answers.ts';
import { ProbeCourse, type Standing } from '../../chaos/scenario/probes/course.ts';
import { notMet, steadyVerdict } from '../../chaos/scenario/probes/steady-verdict.ts';
import { monotonicMs } from '../../linux/clock.ts';
import type { RenacerError } from '../../model/errors.ts';
import type { Probe, ProbeMoment, ProbeUse } from '../../model/scenario.ts';
import { ask, type ProbePlace } from './questions.ts';

/** From the moment when a service answers no more to its end, if that is why. */
const GOING_MS = 20;

/** Told what state a probe is in, after each answer that says so. */
export type OnAnswer = (probe: string, ok: boolean) => void;

/** Asks the probes of a run, each by its own clock, and keeps what they were answered. */
export class SteadyState {
  readonly #courses: readonly ProbeCourse[];
  readonly #place: ProbePlace;
  readonly #onAnswer: OnAnswer;
  #startMs = monotonicMs();
  #isAlive = (): boolean => true;
  #asking = new AbortController();
  readonly #duringIsOver = new AbortController();
  readonly #during = new Map<ProbeCourse, Promise<Standing>>();

  constructor(probes: readonly Probe[], place: ProbePlace, onAnswer: OnAnswer) {
    this.#courses = probes.map((probe) => new ProbeCourse(probe));
    this.#place = place;
    this.#onAnswer = onAnswer;
  }

  /** Some probe is asked at this moment. */
  isAsked(moment: ProbeMoment): boolean {
    return this.#of(moment).length > 0;
  }

  /** The command has been executed at this time of the monotonic clock; `isAlive`: whether anything of its tree is left. */
  started(startMs: number, isAlive: () => boolean): void {
    this.#startMs = startMs;
    this.#isAlive = isAlive;
  }

  /** Whether all that is to hold before does, once it does or has had its time; false, too, if {@link stopAsking} came before. */
  async before(): Promise<boolean> {
    const { signal } = this.#asking;
    const standings = await Promise.all(
      this.#of('before').map((course) => this.#askUntilKnown(course, 'before', signal)),
    );
    return standings.every((standing) => standing === 'holds');
  }

  /** From now on, until phases are over ({@link after}) or nobody waits any more ({@link stopAsking}). */
  during(): void {
    const { signal } = this.#asking;
    for (const course of this.#of('during')) this.#during.set(course, this.#askUntilKnown(course, 'during', signal));
  }

  /** Until all hold, or have had their time. A question that was asked while phases went on is waited for before that. */
  async after(): Promise<void> {
    const overMs = this.#nowMs();
    const { signal } = this.#asking;
    this.#duringIsOver.abort();
    const asked = this.#of('after').map(async (course) => {
      await this.#during.get(course);
      return this.#askUntilKnown(course, 'after', signal, overMs);
    });
    await Promise.all([...asked, ...this.#during.values()]);
  }

  /** Nobody waits for an answer any more. */
  stopAsking(): void {
    this.#asking.abort('it was not waited for');
    this.#asking = new AbortController();
  }

  /** Why nothing was tested; `why`: what else ended the wait. */
  notMet(why: string | undefined): RenacerError {
    return notMet(this.#courses, why);
  }

  get verdict(): RenacerError | undefined {
    return steadyVerdict(this.#courses);
  }

  uses(): ProbeUse[] {
    return this.#courses.map((course) => course.use());
  }

  #of(moment: ProbeMoment): readonly ProbeCourse[] {
    return this.#courses.filter(({ probe }) => probe.check.includes(moment));
  }

  async #askUntilKnown(
    course: ProbeCourse,
    moment: ProbeMoment,
    signal: AbortSignal,
    sinceMs?: number,
  ): Promise<Standing> {
    if (moment === 'before') await pause(course.probe.initialDelayMs, signal);
    course.begin(moment, this.#nowMs(), sinceMs);
    const over = moment === 'during' ? AbortSignal.any([signal, this.#duringIsOver.signal]) : signal;
    let standing: Standing = 'asking';
    while (!over.aborted) {
      const judged = await this.#ask(course, signal);
      // Of a tree that is on its way out nobody hears that at once.
      if (moment === 'during' && judged.ok === false) await pause(GOING_MS, signal);
      // Nobody waits for it any more.
      if (signal.aborted || (moment === 'during' && !this.#isAlive())) break;
      standing = course.add(judged, this.#nowMs());
      if (judged.ok === true) this.#onAnswer(course.probe.name, true);
      else if (standing === 'fails') this.#onAnswer(course.probe.name, false);
      if (standing !== 'asking' && moment !== 'during') break;
      await pause(course.pauseMs(this.#nowMs()), over);
    }
    return standing;
  }

  async #ask(course: ProbeCourse, signal: AbortSignal): Promise<Judged> {
    const late = new AbortController();
    const patienceMs = course.patienceMs(this.#nowMs());
    const timer = setTimeout(() => late.abort(`nothing within ${printDuration(patienceMs)}`), patienceMs);
    try {
      return await ask(course.probe.asks, AbortSignal.any([signal, late.signal]), this.#place);
    } finally {
      clearTimeout(timer);
    }
  }

  #nowMs(): number {
    return monotonicMs() - this.#startMs;
  }
}

/** Ends early when the signal is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
