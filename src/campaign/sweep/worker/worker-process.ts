import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { RenacerError } from '../../../model/errors.ts';
import type { CaseFault, Observation } from '../../../model/sweep.ts';
import type { Performer, PerformOptions, Subject } from '../performer.ts';
import { FrameReader, frame } from './frames.ts';
import { ANSWERS_FD, type Answer, type Engine, JOBS_FD, type Job, type WorkerSetUp } from './protocol.ts';

/** The end of what a worker wrote to its stderr that is told, if it dies. */
const MAX_LAST_WORDS = 2000;

/** Who waits for an answer. */
interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** A worker: a process that performs one run after another. It ends when it is closed, and with this process. */
export class WorkerProcess implements Performer {
  readonly #child: ChildProcess;
  readonly #jobs: Writable;
  readonly #ended: Promise<void>;
  readonly #waiting: Waiting[] = [];
  #lastWords = '';
  #end: RenacerError | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#jobs = child.stdio[JOBS_FD] as Writable;
    const answers = child.stdio[ANSWERS_FD] as Readable;
    const reader = new FrameReader();
    answers.on('data', (bytes: Buffer) => {
      for (const answer of reader.take(bytes)) this.#waiting.shift()?.resolve(answer as Answer);
    });
    child.stderr!.on('data', (bytes: Buffer) => {
      this.#lastWords = `${this.#lastWords}${bytes}`.slice(-MAX_LAST_WORDS);
    });
    // Who is gone takes no more jobs: its end says so.
    this.#jobs.on('error', () => {});
    this.#ended = new Promise((resolve) => {
      child
        .on('error', (cause) => this.#fail(`it could not be started: ${cause.message}`, cause))
        .on('error', () => resolve());
      child.on('close', (status, signal) => {
        this.#fail(signal ? `it was ended by ${signal}` : `it ended with status ${status}`);
        resolve();
      });
    });
  }

  /** Starts a worker for this subject, on this CPU. Rejects with a RenacerError if it can't be made ready. */
  static async start(subject: Subject, cpu: number | undefined): Promise<WorkerProcess> {
    const script = fileURLToPath(new URL('./main.js', import.meta.url));
    const child = spawn(process.execPath, [script], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      env: {},
    });
    const worker = new WorkerProcess(child);
    const setUp: WorkerSetUp = { subject, cpu };
    try {
      await worker.#ask(setUp);
      return worker;
    } catch (error) {
      await worker.close();
      throw error;
    }
  }

  /** Undefined if it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  perform(faults: readonly CaseFault[], options: PerformOptions): Promise<Observation> {
    return this.#run('warm', faults, options);
  }

  confirm(faults: readonly CaseFault[], options: PerformOptions): Promise<Observation> {
    return this.#run('ordinary', faults, options);
  }

  async close(): Promise<void> {
    this.#end ??= new RenacerError('WORKER_DIED', 'a worker of the sweep was closed');
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async #run(engine: Engine, faults: readonly CaseFault[], options: PerformOptions): Promise<Observation> {
    const job: Job = { engine, faults, options };
    const answer = await this.#ask(job);
    if (answer.kind !== 'observed') throw new Error(`worker: answered a job by ${answer.kind}`);
    return answer.observation;
  }

  /** Rejects with what the worker could not do. */
  async #ask(message: unknown): Promise<Exclude<Answer, { kind: 'failed' }>> {
    if (this.#end) throw this.#end;
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#jobs.write(frame(message));
    });
    if (answer.kind !== 'failed') return answer;
    const { code, message: text, hint } = answer.failure;
    throw new RenacerError(code, text, hint === undefined ? {} : { hint });
  }

  #fail(how: string, cause?: unknown): void {
    const words = this.#lastWords.trim();
    const message = `a worker of the sweep has died: ${how}${words === '' ? '' : `\n${words}`}`;
    this.#end ??= new RenacerError('WORKER_DIED', message, { cause });
    for (const { reject } of this.#waiting.splice(0)) reject(this.#end);
  }
}
