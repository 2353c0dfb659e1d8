import { fileURLToPath } from 'node:url';
import { type ProcessEnd, type StartedWorker, startWorker } from '../../../enclosure/start-worker.ts';
import { RenacerError } from '../../../model/errors.ts';
import type { CaseFault, Observation } from '../../../model/sweep.ts';
import { signalName } from '../../../syscalls/signals.ts';
import type { Performer, PerformOptions, Subject } from '../performer.ts';
import { FrameReader, frame } from './frames.ts';
import type { Answer, Engine, Job, WorkerSetUp } from './protocol.ts';

/** The end of what a worker wrote to its stderr that is told, if it dies. */
const MAX_LAST_WORDS = 2000;

/** Who waits for an answer. */
interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** A worker: a process that performs one run after another. It ends when it is closed, and with this process. */
export class WorkerProcess implements Performer {
  readonly #process: StartedWorker;
  readonly #ended: Promise<void>;
  readonly #waiting: Waiting[] = [];
  #lastWords = '';
  #end: RenacerError | undefined;

  private constructor(process: StartedWorker) {
    this.#process = process;
    const reader = new FrameReader();
    process.stdout.on('data', (bytes: Buffer) => {
      for (const answer of reader.take(bytes)) this.#waiting.shift()?.resolve(answer as Answer);
    });
    process.stderr.on('data', (bytes: Buffer) => {
      this.#lastWords = `${this.#lastWords}${bytes}`.slice(-MAX_LAST_WORDS);
    });
    this.#ended = process.ended.then((end) => this.#fail(end));
  }

  /** Starts a worker for this subject, on this CPU. Rejects with a RenacerError if it can't be made ready. */
  static async start(subject: Subject, cpu: number | undefined): Promise<WorkerProcess> {
    const script = fileURLToPath(new URL('./worker-main.js', import.meta.url));
    const worker = new WorkerProcess(startWorker(script, { isolated: subject.isolation === 'full' }));
    const setUp: WorkerSetUp = { subject, cpu };
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

  perform(faults: readonly CaseFault[], options: PerformOptions): Promise<Observation> {
    return this.#run('warm', faults, options);
  }

  confirm(faults: readonly CaseFault[], options: PerformOptions): Promise<Observation> {
    return this.#run('ordinary', faults, options);
  }

  async close(): Promise<void> {
    this.#end ??= new RenacerError('WORKER_DIED', 'a worker of the sweep was closed');
    this.#process.kill();
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
      this.#process.stdin.write(frame(message));
    });
    if (answer.kind !== 'failed') return answer;
    const { code, message: text, hint } = answer.failure;
    throw new RenacerError(code, text, hint === undefined ? {} : { hint });
  }

  #fail({ status, signal }: ProcessEnd): void {
    const how = signal === undefined ? `it ended with status ${status}` : `it was ended by ${signalName(signal)}`;
    const words = this.#lastWords.trim();
    this.#end ??= new RenacerError(
      'WORKER_DIED',
      `a worker of the sweep has died: ${how}${words === '' ? '' : `\n${words}`}`,
    );
    for (const { reject } of this.#waiting.splice(0)) reject(this.#end);
  }
}
