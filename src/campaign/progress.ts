import { monotonicMs } from '../linux/clock.ts';
import type { CampaignProgress } from '../model/campaign.ts';

/** How often it is told, in ms, while nothing else happens. */
const INTERVAL_MS = 200;

type Counts = () => Pick<CampaignProgress, 'done' | 'known' | 'findings'>;

/** Tells from time to time how far a campaign is, and at once when another stage begins. */
export class ProgressMeter {
  readonly #tell: (progress: CampaignProgress) => void;
  readonly #timer: NodeJS.Timeout;
  #stage = '';
  #counts: Counts = () => NOTHING;
  #begunMs = 0;
  #doneBefore = 0;
  #deadlineMs: number | undefined;

  constructor(tell: (progress: CampaignProgress) => void) {
    this.#tell = tell;
    this.#timer = setInterval(() => this.#say(), INTERVAL_MS);
  }

  /**
   * @param counts what is done of the stage, asked whenever it is told
   * @param deadlineMs of {@link monotonicMs}: the stage ends then at the latest
   */
  begin(stage: string, counts: Counts, deadlineMs?: number): void {
    this.#stage = stage;
    this.#counts = counts;
    this.#begunMs = monotonicMs();
    this.#doneBefore = counts().done;
    this.#deadlineMs = deadlineMs;
    this.#say();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #say(): void {
    const nowMs = monotonicMs();
    const counts = this.#counts();
    const seconds = (nowMs - this.#begunMs) / 1000;
    const casesPerSecond = seconds > 0 ? (counts.done - this.#doneBefore) / seconds : 0;
    const byRate = casesPerSecond > 0 ? (counts.known - counts.done) / casesPerSecond : undefined;
    const byClock = this.#deadlineMs === undefined ? undefined : Math.max(0, this.#deadlineMs - nowMs) / 1000;
    const secondsLeft = byRate === undefined || byClock === undefined ? (byRate ?? byClock) : Math.min(byRate, byClock);
    this.#tell({ ...counts, casesPerSecond, secondsLeft, stage: this.#stage });
  }
}

const NOTHING = { done: 0, known: 0, findings: 0 };
