import { fileURLToPath } from 'node:url';
import type { FuzzObservation, FuzzRun } from '../../../model/fuzz.ts';
import type { Subject } from '../../../model/subject.ts';
import type { PerformOptions } from '../../sweep/performer.ts';
import { JobProcess } from '../../worker/job-process.ts';
import type { FuzzPerformer } from '../fuzz-performer.ts';
import type { Job } from './protocol.ts';

/** A worker of a fuzzing campaign: a process that performs one run after another. It ends when it is closed, and with this process. */
export class FuzzProcess implements FuzzPerformer {
  readonly #process: JobProcess<Job, FuzzObservation>;

  private constructor(process: JobProcess<Job, FuzzObservation>) {
    this.#process = process;
  }

  /** Starts a worker for this subject, on this CPU. Rejects with a RenacerError if it can't be made ready. */
  static async start(subject: Subject, cpu: number | undefined): Promise<FuzzProcess> {
    const script = fileURLToPath(new URL('./fuzz-worker-main.js', import.meta.url));
    return new FuzzProcess(await JobProcess.start(script, { subject, cpu }));
  }

  perform(run: FuzzRun, options: PerformOptions): Promise<FuzzObservation> {
    return this.#process.do({ engine: 'warm', run, options });
  }

  confirm(run: FuzzRun, options: PerformOptions): Promise<FuzzObservation> {
    return this.#process.do({ engine: 'ordinary', run, options });
  }

  close(): Promise<void> {
    return this.#process.close();
  }
}
