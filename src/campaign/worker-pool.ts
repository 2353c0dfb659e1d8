import { RenacerError } from '../model/errors.ts';

interface Closable {
  close(): Promise<void>;
}

/** A job that two workers, one after the other, could not do. */
export class JobFailed extends Error {
  override readonly name = 'JobFailed';
}

/** The pool was closed while the job was waiting or under way. */
export class PoolClosed extends Error {
  override readonly name = 'PoolClosed';
}

/** Workers that do one job at a time each. One that fails is replaced, and its job is tried once more. */
export class WorkerPool<W extends Closable> {
  readonly #open: () => Promise<W>;
  readonly #size: number;
  readonly #workers = new Set<W>();
  readonly #idle: W[] = [];
  readonly #waiting: (() => void)[] = [];
  #opening = 0;
  #failuresInARow = 0;
  #everDone = false;
  #closed = false;

  /**
   * @param open makes a worker, when a job needs one
   * @param size how many there are at most
   */
  constructor(open: () => Promise<W>, size: number) {
    this.#open = open;
    this.#size = size;
  }

  /** How many jobs the workers could not do since they could do one: of many, it is not the jobs. */
  get failuresInARow(): number {
    return this.#failuresInARow;
  }

  /** Whether any job was ever done. */
  get everDone(): boolean {
    return this.#everDone;
  }

  /** Rejects with {@link JobFailed} for a job that failed twice. */
  async do<T>(job: (worker: W) => Promise<T>): Promise<T> {
    let first: unknown;
    try {
      return await this.#try(job);
    } catch (error) {
      if (error instanceof PoolClosed) throw error;
      first = error;
    }
    if (this.#closed) throw new PoolClosed();
    try {
      return await this.#try(job);
    } catch (cause) {
      if (this.#closed) throw new PoolClosed();
      this.#failuresInARow++;
      throw new JobFailed(messageOf(cause) ?? messageOf(first) ?? 'unknown', { cause });
    }
  }

  /** Ends all workers, those at work, too: their jobs reject with {@link PoolClosed}. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const wake of this.#waiting.splice(0)) wake();
    await Promise.all([...this.#workers].map((worker) => worker.close()));
  }

  async #try<T>(job: (worker: W) => Promise<T>): Promise<T> {
    const worker = await this.#take();
    let result: T;
    try {
      result = await job(worker);
    } catch (error) {
      await this.#discard(worker);
      throw error;
    }
    this.#failuresInARow = 0;
    this.#everDone = true;
    this.#idle.push(worker);
    this.#waiting.shift()?.();
    return result;
  }

  async #take(): Promise<W> {
    while (!this.#closed) {
      const idle = this.#idle.pop();
      if (idle) return idle;
      if (this.#workers.size + this.#opening < this.#size) return this.#openOne();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    throw new PoolClosed();
  }

  async #openOne(): Promise<W> {
    this.#opening++;
    try {
      const worker = await this.#open();
      this.#workers.add(worker);
      return worker;
    } finally {
      this.#opening--;
    }
  }

  async #discard(worker: W): Promise<void> {
    // It has failed already, and that is what is told.
    if (!this.#closed) await worker.close().catch(() => undefined);
    this.#workers.delete(worker);
    this.#waiting.shift()?.();
  }
}

function messageOf(error: unknown): string | undefined {
  if (error instanceof RenacerError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : undefined;
}
