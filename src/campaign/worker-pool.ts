import { monotonicMs } from '../linux/clock.ts';
import { RenacerError } from '../model/errors.ts';

interface Closable {
  close(): Promise<void>;
}

/** How often a job is tried by a worker that has nothing else. */
const TIMES_ALONE = 2;

/** How many jobs a worker is given at most: it has the next one before it is done with the first, and as many as it does in so long a time. */
const LEAST_DEPTH = 2;
export const MOST_DEPTH = 16;
const AHEAD_MS = 20;
/** Of the last job, in the mean of what all of them took. */
const WEIGHT = 0.1;

/** A job that two workers, one after the other, could not do. */
export class JobFailed extends Error {
  override readonly name = 'JobFailed';
}

/** The pool was closed while the job was waiting or under way. */
export class PoolClosed extends Error {
  override readonly name = 'PoolClosed';
}

/**
 * Workers that do one job after another. Each has the next one before it is done with the first, so that it never waits for us; of short jobs it has
 * several, so that many are told of at once. One that fails is replaced, and what it had is tried again by one that has nothing else, so that it is known whose fault it is.
 */
export class WorkerPool<W extends Closable> {
  readonly #open: () => Promise<W>;
  readonly #size: number;
  /** How many jobs each worker has. */
  readonly #jobs = new Map<W, number>();
  readonly #waiting: (() => void)[] = [];
  #opening = 0;
  /** How many there are, those that wait for a worker included. */
  #underWay = 0;
  /** How long a worker takes for one. */
  #usualMs = AHEAD_MS;
  #doneMs = monotonicMs();
  #failuresInARow = 0;
  #closed = false;

  /**
   * @param open makes a worker, when a job needs one
   * @param size how many there are at most
   */
  constructor(open: () => Promise<W>, size: number) {
    this.#open = open;
    this.#size = size;
  }

  /** Whether a worker would be given one job more at once. */
  get hasRoom(): boolean {
    return this.#underWay < this.#size * this.#depth;
  }

  /** How many jobs the workers could not do since they could do one: of many, it is not the jobs. */
  get failuresInARow(): number {
    return this.#failuresInARow;
  }

  /** Rejects with {@link JobFailed} for a job that two workers which had nothing else could not do. */
  async do<T>(job: (worker: W) => Promise<T>): Promise<T> {
    this.#underWay++;
    try {
      return await this.#doOrFail(job);
    } finally {
      this.#underWay--;
    }
  }

  async #doOrFail<T>(job: (worker: W) => Promise<T>): Promise<T> {
    let cause: unknown;
    for (let times = 0; times <= TIMES_ALONE; times++) {
      try {
        return await this.#try(job, () => (times === 0 ? this.#take() : this.#openOne()));
      } catch (error) {
        if (error instanceof PoolClosed) throw error;
        if (this.#closed) throw new PoolClosed();
        cause = error;
      }
    }
    this.#failuresInARow++;
    throw new JobFailed(messageOf(cause), { cause });
  }

  /** Ends all workers, those at work, too: their jobs reject with {@link PoolClosed}. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const wake of this.#waiting.splice(0)) wake();
    await Promise.all([...this.#jobs.keys()].map((worker) => worker.close()));
  }

  async #try<T>(job: (worker: W) => Promise<T>, take: () => Promise<W>): Promise<T> {
    const worker = await take();
    try {
      const result = await job(worker);
      this.#failuresInARow = 0;
      this.#isDone();
      return result;
    } catch (error) {
      await this.#discard(worker);
      throw error;
    } finally {
      await this.#giveBack(worker);
      this.#waiting.shift()?.();
    }
  }

  get #depth(): number {
    return Math.min(MOST_DEPTH, Math.max(LEAST_DEPTH, Math.floor(AHEAD_MS / this.#usualMs)));
  }

  #isDone(): void {
    const nowMs = monotonicMs();
    this.#usualMs += WEIGHT * ((nowMs - this.#doneMs) * this.#size - this.#usualMs);
    this.#doneMs = nowMs;
  }

  async #giveBack(worker: W): Promise<void> {
    const jobs = this.#jobs.get(worker);
    if (jobs === undefined) return;
    this.#jobs.set(worker, jobs - 1);
    // It was opened for one job alone.
    if (jobs === 1 && this.#jobs.size > this.#size) await this.#discard(worker);
  }

  /** One that has nothing to do; else a new one; else the one that has least. */
  async #take(): Promise<W> {
    while (!this.#closed) {
      const [worker, jobs] = this.#leastBusy() ?? [undefined, this.#depth];
      const isFull = this.#jobs.size + this.#opening >= this.#size;
      if (jobs > 0 && !isFull) return this.#openOne();
      if (worker !== undefined && jobs < this.#depth) {
        this.#jobs.set(worker, jobs + 1);
        return worker;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    throw new PoolClosed();
  }

  #leastBusy(): [worker: W, jobs: number] | undefined {
    let least: [W, number] | undefined;
    for (const entry of this.#jobs) if (least === undefined || entry[1] < least[1]) least = entry;
    return least;
  }

  /** For one job, at first. */
  async #openOne(): Promise<W> {
    this.#opening++;
    try {
      const worker = await this.#open();
      if (this.#closed) {
        await worker.close();
        throw new PoolClosed();
      }
      this.#jobs.set(worker, 1);
      return worker;
    } finally {
      this.#opening--;
    }
  }

  async #discard(worker: W): Promise<void> {
    this.#jobs.delete(worker);
    // It has failed already, and that is what is told.
    if (!this.#closed) await worker.close().catch(() => undefined);
  }
}

function messageOf(error: unknown): string {
  if (error instanceof RenacerError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
