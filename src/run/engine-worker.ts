import { Worker } from 'node:worker_threads';

let ahead: Worker | undefined;

/**
 * Starts the engine's thread before there is anything for it to do. It takes as long to start as all of the rest: whoever
 * is about to run a command saves that time.
 */
export function startEngineAhead(): void {
  ahead ??= startWorker();
  // If there is nothing to run after all, the process must not wait for it.
  ahead.unref();
  // What keeps it from starting is told when it is needed.
  ahead.on('error', () => {});
}

/** The engine's thread: it waits to be sent its plan. */
export function engineWorker(): Worker {
  const worker = ahead && isAlive(ahead) ? ahead : startWorker();
  ahead = undefined;
  worker.ref();
  return worker;
}

function startWorker(): Worker {
  return new Worker(new URL('./engine-thread.js', import.meta.url));
}

function isAlive(worker: Worker): boolean {
  return worker.threadId !== -1;
}
