import { onlyCpu, setAffinity } from '../../../linux/affinity.ts';
import { dieWithParent } from '../../../linux/die-with-parent.ts';
import { fixAddresses } from '../../../linux/fixed-addresses.ts';
import { RenacerError } from '../../../model/errors.ts';
import { readMessage, writeMessage } from './frames.ts';
import { ANSWERS_FD, type Answer, type Failure, JOBS_FD, type Job, type WorkerSetUp } from './protocol.ts';
import { Worker } from './worker.ts';

/**
 * The worker's process: reads a job, performs it, writes what it has observed, and so on. It blocks in all of that but for runs of the
 * ordinary engine: there is nothing else for it to do. It ends when nobody can send it jobs any more.
 */
async function work(): Promise<void> {
  const setUp = readMessage(JOBS_FD) as WorkerSetUp | undefined;
  if (!setUp) return;
  let worker: Worker | undefined;
  await answer(() => {
    if (setUp.cpu !== undefined) setAffinity(0, onlyCpu(setUp.cpu));
    worker = new Worker(setUp.subject);
    return { kind: 'ready' };
  });
  if (!worker) return;
  const ready = worker;
  try {
    for (let job = nextJob(); job; job = nextJob()) await perform(ready, job);
  } finally {
    ready.close();
  }
}

function perform(worker: Worker, job: Job): Promise<void> {
  return answer(async () => ({ kind: 'observed', observation: await worker.perform(job) }));
}

function nextJob(): Job | undefined {
  return readMessage(JOBS_FD) as Job | undefined;
}

async function answer(find: () => Answer | Promise<Answer>): Promise<void> {
  let found: Answer;
  try {
    found = await find();
  } catch (error) {
    found = { kind: 'failed', failure: failureOf(error) };
  }
  writeMessage(ANSWERS_FD, found);
}

/** What is no RenacerError is a fault of ours: then it matters where it came from. */
function failureOf(error: unknown): Failure {
  if (error instanceof RenacerError) return { code: error.code, message: error.message, hint: error.hint };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'WORKER_FAILED', message: `a worker of the sweep has failed: ${text}`, hint: undefined };
}

// It was started so, but a kernel forgets that when a program gains capabilities, as it does in a user namespace.
dieWithParent();
fixAddresses();
// Where it was started may be the input, whose place a copy takes: a thread of the ordinary engine could not begin there.
process.chdir('/');
// No await: what a bundle is made of can't wait.
work().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
