import { isatty } from 'node:tty';
import type { CampaignProgress } from '../model/campaign.ts';
import { cutTo } from '../report/printable.ts';
import { progressText } from '../report/sweep-progress-text.ts';
import { tell, writeToStderr } from './messages.ts';

const STDERR = 2;
/** Where nobody watches a line change. */
const EVERY_MS = 10_000;
const ERASE = '\r\x1b[K';

/** Shows on stderr how far a sweep is: one line that is overwritten on a terminal, a line every 10 s elsewhere. */
export class ProgressLine {
  readonly #overwrites = isatty(STDERR) && process.env.TERM !== 'dumb';
  readonly #timer: NodeJS.Timeout | undefined;
  #last: string | undefined;
  #willEnd = false;

  constructor() {
    if (!this.#overwrites) this.#timer = setInterval(() => this.#tellLast(), EVERY_MS).unref();
  }

  show(progress: CampaignProgress): void {
    const ends = this.#willEnd ? '  ends soon (Ctrl-C again: at once)' : '';
    this.#last = `${progressText(progress)}${ends}`;
    if (this.#overwrites) writeToStderr(`${ERASE}${cutTo(this.#last, (process.stderr.columns || 80) - 1)}`);
  }

  /** It was asked to end: what was found is confirmed first. */
  willEnd(): void {
    this.#willEnd = true;
  }

  /** Makes room for something else on the terminal. */
  erase(): void {
    if (this.#overwrites && this.#last !== undefined) writeToStderr(ERASE);
  }

  end(): void {
    clearInterval(this.#timer);
    this.erase();
    this.#last = undefined;
  }

  #tellLast(): void {
    if (this.#last !== undefined) tell(this.#last);
  }
}
