import { Worker } from 'node:worker_threads';

/** Threads that wait for more work; who is given back beyond them ends. */
const MAX_WAITING = 4;

interface ThreadThatLoads {
  readonly worker: Worker;
  /** Counts down {@link loads}. */
  readonly onLoaded: () => void;
  /** How much it was told to load, and has not said to have loaded yet. */
  loads: number;
}

/**
 * A thread that can be started before there is anything for it to do, and kept when it has done it: it takes as long to start as
 * all of the rest. Its script sends a message once it is loaded, and one for each hint whose load is done; else it waits to be sent its work.
 */
export class ThreadAhead<Hint extends string> {
  readonly #script: URL;
  readonly #waiting: Worker[] = [];
  #ahead: ThreadThatLoads | undefined;

  /** `script` is made by the build, of the module of the thread: it loads its bundle. */
  constructor(script: URL) {
    this.#script = script;
  }

  /** Starts it ahead. Whoever is about to take it saves that time; {@link dismiss} it if nobody did. */
  start(): void {
    if (this.#ahead) return;
    let worker: Worker;
    try {
      worker = this.#startWorker();
    } catch {
      // No room for one more thread: that is told when the thread is needed.
      return;
    }
    const onLoaded = (): void => {
      ahead.loads -= 1;
    };
    const ahead: ThreadThatLoads = { worker: worker.on('message', onLoaded), onLoaded, loads: 1 };
    this.#ahead = ahead;
  }

  /** Tells a thread that was started ahead what it may load meanwhile. */
  hint(message: Hint): void {
    if (!this.#ahead) return;
    this.#ahead.loads += 1;
    this.#ahead.worker.postMessage(message);
  }

  /** The thread, for work that is sent to it; a new one unless one was started ahead, or given back. */
  take(): Worker {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    for (
      let worker = ahead?.worker.off('message', ahead.onLoaded) ?? this.#waiting.pop();
      worker;
      worker = this.#waiting.pop()
    ) {
      if (!isAlive(worker)) continue;
      worker.ref();
      return worker;
    }
    return this.#startWorker();
  }

  /** A thread that has done its work, and has nothing of it left, waits for more. It does not keep this process running meanwhile. */
  async giveBack(worker: Worker): Promise<void> {
    if (this.#waiting.length === MAX_WAITING) {
      await worker.terminate();
      return;
    }
    worker.unref();
    this.#waiting.push(worker);
  }

  /** Ends a thread that was started ahead and was not taken. */
  async dismiss(): Promise<void> {
    const unused = this.#ahead;
    this.#ahead = undefined;
    if (!unused) return;
    // koffi aborts the process when its thread ends while it loads. What keeps it from loading is told when it is needed.
    while (unused.loads > 0 && isAlive(unused.worker)) await nextWordOf(unused.worker);
    await unused.worker.terminate();
  }

  /**
   * Its output is taken, not passed on: for that Node would open our stdout and stderr, and thereby make the pipes that they
   * may be non-blocking, for the target as well.
   */
  #startWorker(): Worker {
    // The options of this process (--input-type, --test, --import ...) are not for it; those of V8 hold for it, and it should know.
    const flags = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').trim();
    const ours = { execArgv: [], env: { RENACER_NODE_FLAGS: flags } };
    const worker = new Worker(this.#script, { ...ours, stdout: true, stderr: true });
    // Whoever has taken it is told; while nobody has, its end is noticed when it would be taken.
    return worker.on('error', () => {});
  }
}

function isAlive(worker: Worker): boolean {
  return worker.threadId !== -1;
}

function nextWordOf(worker: Worker): Promise<unknown> {
  return new Promise((resolve) => worker.once('message', resolve).once('exit', resolve));
}
