import { keepCode } from '../../bundle/keep-code.ts';
import { onlyCpu, setAffinity } from '../../linux/affinity.ts';
import { dieWithParent } from '../../linux/die-with-parent.ts';
import { fixAddresses } from '../../linux/fixed-addresses.ts';
import { RenacerError } from '../../model/errors.ts';
import type { Subject } from '../../model/subject.ts';
import { MessageReader, MessageWriter } from './frames.ts';
import { ANSWERS_FD, type Answer, type Failure, JOBS_FD, type WorkerSetUp } from './protocol.ts';

/** So many jobs use all the code that many more would. */
const JOBS_THAT_SHOW = 40;

/** What performs the jobs of a worker's process. */
export interface JobPerformer<Job, Result> {
  perform(job: Job): Result | Promise<Result>;
  close(): void;
}

/**
 * The life of a worker's process: reads a job, performs it, writes the result, and so on. It blocks in all of that but for runs of the
 * ordinary engine: there is nothing else for it to do. It ends when nobody can send it jobs any more.
 */
export function serveJobs<Job, Result>(open: (subject: Subject) => JobPerformer<Job, Result>): void {
  // It was started so, but a kernel forgets that when a program gains capabilities, as it does in a user namespace.
  dieWithParent();
  fixAddresses();
  // Where it was started may be the input, whose place a copy takes: a thread of the ordinary engine could not begin there.
  process.chdir('/');
  // No await: what a bundle is made of can't wait.
  serve(open).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}

async function serve<Job, Result>(open: (subject: Subject) => JobPerformer<Job, Result>): Promise<void> {
  const messages = new MessageReader(JOBS_FD);
  const answers = new MessageWriter(ANSWERS_FD);
  const setUp = messages.next() as WorkerSetUp | undefined;
  if (!setUp) return;
  let performer: JobPerformer<Job, Result> | undefined;
  const opened = await answer<Result>(() => {
    if (setUp.cpu !== undefined) setAffinity(0, onlyCpu(setUp.cpu));
    performer = open(setUp.subject);
    return { kind: 'ready' };
  });
  answers.write(opened, false);
  if (!performer) return;
  const ready = performer;
  try {
    const next = (): Job | undefined => messages.next() as Job | undefined;
    let count = 0;
    for (let job = next(); job; job = next()) {
      const one = job;
      count += 1;
      if (count === JOBS_THAT_SHOW) keepCode();
      const done = await answer(async () => ({ kind: 'done', result: await ready.perform(one) }));
      answers.write(done, messages.hasNext);
    }
  } finally {
    ready.close();
  }
}

async function answer<Result>(find: () => Answer<Result> | Promise<Answer<Result>>): Promise<Answer<Result>> {
  try {
    return await find();
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error) };
  }
}

/** What is no RenacerError is a fault of ours: then it matters where it came from. */
function failureOf(error: unknown): Failure {
  if (error instanceof RenacerError) return { code: error.code, message: error.message, hint: error.hint };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'WORKER_FAILED', message: `a worker has failed: ${text}`, hint: undefined };
}
