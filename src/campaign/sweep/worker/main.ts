import { onlyCpu, setAffinity } from '../../../linux/affinity.ts';
import { dieWithParent } from '../../../linux/die-with-parent.ts';
import { fixAddresses } from '../../../linux/fixed-addresses.ts';
import { RenacerError } from '../../../model/errors.ts';
import { readMessage, writeMessage } from './frames.ts';
import { PlainWorkTree } from './plain-work-tree.ts';
import { ANSWERS_FD, type Answer, type Failure, JOBS_FD, type Job, type WorkerSetUp } from './protocol.ts';
import { WarmEngine } from './warm-engine.ts';

/**
 * The worker's process: reads a job, performs it, writes what it has observed, and so on. It blocks in all of that: there is nothing
 * else for it to do. It ends when nobody can send it jobs any more.
 */
async function work(): Promise<void> {
  const setUp = readMessage(JOBS_FD) as WorkerSetUp | undefined;
  if (!setUp) return;
  let engine: WarmEngine | undefined;
  answer(() => {
    if (setUp.cpu !== undefined) setAffinity(0, onlyCpu(setUp.cpu));
    engine = new WarmEngine(setUp.subject, new PlainWorkTree(setUp.subject));
    return { kind: 'ready' };
  });
  if (!engine) return;
  try {
    for (let job = nextJob(); job; job = nextJob()) {
      const { faults, options } = job;
      answer(() => ({ kind: 'observed', observation: engine!.perform(faults, options) }));
    }
  } finally {
    engine.dispose();
  }
}

function nextJob(): Job | undefined {
  return readMessage(JOBS_FD) as Job | undefined;
}

function answer(perform: () => Answer): void {
  let said: Answer;
  try {
    said = perform();
  } catch (error) {
    said = { kind: 'failed', failure: failureOf(error) };
  }
  writeMessage(ANSWERS_FD, said);
}

/** What is no RenacerError is a fault of ours: then it matters where it came from. */
function failureOf(error: unknown): Failure {
  if (error instanceof RenacerError) return { code: error.code, message: error.message, hint: error.hint };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'WORKER_FAILED', message: `a worker of the sweep has failed: ${text}`, hint: undefined };
}

dieWithParent();
fixAddresses();
await work();
