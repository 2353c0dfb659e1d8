import { Worker } from 'node:worker_threads';

let ahead: { readonly worker: Worker; readonly loaded: Promise<unknown> } | undefined;

/**
 * Starts the engine's thread before there is anything for it to do. It takes as long to start as all of the rest: whoever
 * is about to run a command saves that time. Whoever did not in the end must call {@link dismissEngine}.
 */
export function startEngineAhead(): void {
  const worker = startWorker();
  // It says that it is loaded, or ends. What keeps it from loading is told when it is needed.
  const loaded = new Promise((resolve) => worker.once('message', resolve).once('exit', resolve).on('error', resolve));
  ahead = { worker, loaded };
}

/** The engine's thread: it waits to be sent its plan. */
export function engineWorker(): Worker {
  const worker = ahead?.worker;
  ahead = undefined;
  return worker && isAlive(worker) ? worker : startWorker();
}

/** Ends a thread that was started ahead and was not needed. */
export async function dismissEngine(): Promise<void> {
  const unused = ahead;
  ahead = undefined;
  // koffi aborts the process when its thread ends while it loads.
  await unused?.loaded;
  await unused?.worker.terminate();
}

/**
 * Its output is taken, not passed on: for that Node would open our stdout and stderr, and thereby make the pipes that they
 * may be non-blocking, for the target as well.
 */
function startWorker(): Worker {
  // The options of this process (--input-type, --test, --import ...) are not for it.
  const ours = { execArgv: [], env: {} };
  return new Worker(new URL('./engine-thread.js', import.meta.url), { ...ours, stdout: true, stderr: true });
}

function isAlive(worker: Worker): boolean {
  return worker.threadId !== -1;
}
