import { fileURLToPath } from 'node:url';
import type { Subject } from '../../../model/subject.ts';
import type { CaseFault, Observation } from '../../../model/sweep.ts';
import { JobProcess } from '../../worker/job-process.ts';
import type { Performer, PerformOptions } from '../performer.ts';
import type { CheckpointUse, Job } from './protocol.ts';

/** A worker of a sweep: a process that performs one run after another. It ends when it is closed, and with this process. */
export class WorkerProcess implements Performer {
  readonly #process: JobProcess<Job, Observation>;
  /** The options of the last job. */
  #told: PerformOptions | undefined;

  private constructor(process: JobProcess<Job, Observation>) {
    this.#process = process;
  }

  /** Starts a worker for this subject, on this CPU. Rejects with a RenacerError if it can't be made ready. */
  static async start(subject: Subject, cpu: number | undefined): Promise<WorkerProcess> {
    const script = fileURLToPath(new URL('./worker-main-start.cjs', import.meta.url));
    return new WorkerProcess(await JobProcess.start(script, { subject, cpu }));
  }

  get pid(): number {
    return this.#process.pid;
  }

  perform(faults: readonly CaseFault[], options: PerformOptions): Promise<Observation> {
    return this.#do('warm', faults, options);
  }

  confirm(faults: readonly CaseFault[], options: PerformOptions): Promise<Observation> {
    return this.#do('ordinary', faults, options);
  }

  close(): Promise<void> {
    return this.#process.close();
  }

  #do(engine: Job['engine'], faults: readonly CaseFault[], options: PerformOptions): Promise<Observation> {
    const isTold = this.#told !== undefined && areSame(this.#told, options);
    this.#told = options;
    const checkpoints = process.env.RENACER_CHECKPOINTS as CheckpointUse | undefined;
    return this.#process.do({ engine, faults, options: isTold ? undefined : options, checkpoints });
  }
}

function areSame(a: PerformOptions, b: PerformOptions): boolean {
  return (Object.keys(b) as (keyof PerformOptions)[]).every((key) => a[key] === b[key]);
}
