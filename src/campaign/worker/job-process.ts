import { type ProcessEnd, type StartedWorker, startWorker } from '../../enclosure/start-worker.ts';
import { RenacerError } from '../../model/errors.ts';
import { signalName } from '../../syscalls/signals.ts';
import { FrameReader, frame } from './frames.ts';
import type { Answer, WorkerSetUp } from './protocol.ts';

/** The end of what a worker wrote to its stderr that is told, if it dies. */
const MAX_LAST_WORDS = 2000;

/** Who waits for an answer. */
interface Waiting<Result> {
  resolve(answer: Answer<Result>): void;
  reject(error: Error): void;
}

/** A worker: a process that performs one job after another. It ends when it is closed, and with this process. */
export class JobProcess<Job, Result> {
  readonly #process: StartedWorker;
  readonly #ended: Promise<void>;
  readonly #waiting: Waiting<Result>[] = [];
  #lastWords = '';
  #end: RenacerError | undefined;

  private constructor(process: StartedWorker) {
    this.#process = process;
    const reader = new FrameReader();
    process.stdout.on('data', (bytes: Buffer) => {
      for (const answer of reader.take(bytes)) this.#waiting.shift()?.resolve(answer as Answer<Result>);
    });
    process.stderr.on('data', (bytes: Buffer) => {
      this.#lastWords = `${this.#lastWords}${bytes}`.slice(-MAX_LAST_WORDS);
    });
    this.#ended = process.ended.then((end) => this.#fail(end));
  }

  /**
   * Starts a worker for a subject. Rejects with a RenacerError if it can't be made ready.
   *
   * @param script the path of a script that calls serveJobs()
   */
  static async start<Job, Result>(script: string, setUp: WorkerSetUp): Promise<JobProcess<Job, Result>> {
    const isolated = setUp.subject.isolation === 'full';
    const worker = new JobProcess<Job, Result>(startWorker(script, { isolated }));
    try {
      await worker.#ask(setUp);
      return worker;
    } catch (error) {
      await worker.close();
      throw error;
    }
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Rejects with what the worker could not do. */
  async do(job: Job): Promise<Result> {
    const answer = await this.#ask(job);
    if (answer.kind !== 'done') throw new Error(`worker: answered a job by ${answer.kind}`);
    return answer.result;
  }

  async close(): Promise<void> {
    this.#end ??= new RenacerError('WORKER_DIED', 'a worker was closed');
    this.#process.kill();
    await this.#ended;
  }

  async #ask(message: WorkerSetUp | Job): Promise<Exclude<Answer<Result>, { kind: 'failed' }>> {
    if (this.#end) throw this.#end;
    const answer = await new Promise<Answer<Result>>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#send(frame(message));
    });
    if (answer.kind !== 'failed') return answer;
    const { code, message: text, hint } = answer.failure;
    throw new RenacerError(code, text, hint === undefined ? {} : { hint });
  }

  /** All that are sent at a time go at once. */
  #send(bytes: Buffer): void {
    const { stdin } = this.#process;
    if (stdin.writableCorked === 0) {
      stdin.cork();
      process.nextTick(() => stdin.uncork());
    }
    stdin.write(bytes);
  }

  #fail({ status, signal }: ProcessEnd): void {
    const how = signal === undefined ? `it ended with status ${status}` : `it was ended by ${signalName(signal)}`;
    const words = this.#lastWords.trim();
    this.#end ??= new RenacerError('WORKER_DIED', `a worker has died: ${how}${words === '' ? '' : `\n${words}`}`);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#end);
  }
}
