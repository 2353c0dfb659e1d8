import { fileURLToPath } from 'node:url';
import type { Order, OrderObservation, OrderOptions } from '../../../model/explore.ts';
import type { Subject } from '../../../model/subject.ts';
import { JobProcess } from '../../worker/job-process.ts';
import type { OrderPerformer } from '../order-performer.ts';
import type { Job } from './protocol.ts';

/** A worker of an exploration: a process that performs one run after another. It ends when it is closed, and with this process. */
export class OrderProcess implements OrderPerformer {
  readonly #process: JobProcess<Job, OrderObservation>;

  private constructor(process: JobProcess<Job, OrderObservation>) {
    this.#process = process;
  }

  /** Starts a worker for this subject, on this CPU. Rejects with a RenacerError if it can't be made ready. */
  static async start(subject: Subject, cpu: number | undefined): Promise<OrderProcess> {
    const script = fileURLToPath(new URL('./order-worker-main-start.cjs', import.meta.url));
    return new OrderProcess(await JobProcess.start(script, { subject, cpu }));
  }

  perform(order: Order, options: OrderOptions): Promise<OrderObservation> {
    return this.#process.do({ engine: 'warm', order, options });
  }

  confirm(order: Order, options: OrderOptions): Promise<OrderObservation> {
    return this.#process.do({ engine: 'ordinary', order, options });
  }

  close(): Promise<void> {
    return this.#process.close();
  }
}
