import type { PreparedNetwork } from '../chaos/network/prepared-network.ts';
import { monotonicMs } from '../linux/clock.ts';
import { dataReceived } from '../linux/data-received.ts';
import type { HeldTasks } from '../tracer/held-tasks.ts';
import type { PreparedRun } from './prepare.ts';
import type { RunLog } from './run-log.ts';
import { type EndCause, type EndedEarly, Ending } from './verdict/ending.ts';
import { DEFAULT_HANG_AFTER_MS, IdleWatch, type TreeActivity } from './verdict/idle-watch.ts';

/** A tree that has been idle for so long, and that nothing will end soon, is told of. */
const UNATTENDED_MS = 10_000;

/** Watches a tree while it runs: whether it is idle, whether its time is up, whether it is to be ended. */
export class RunWatch {
  readonly #run: PreparedRun;
  readonly #log: RunLog;
  readonly #idle: IdleWatch;
  readonly #ending: Ending;
  #toldIdle = false;

  /** To be made when the command has been executed. */
  constructor(run: PreparedRun, log: RunLog, held: HeldTasks) {
    this.#run = run;
    this.#log = log;
    const { settings, request, tree, timeout } = run;
    const activity = activityOf(run, held);
    this.#idle = new IdleWatch(activity, settings.cpuLimit, (idleMs) => this.#onLook(idleMs));
    this.#ending = new Ending(tree.limits, {
      timeoutMs: timeout?.limitMs,
      killAfterMs: settings.killAfterMs,
      abort: request.signal,
      idleMs: () => this.#idle.idleMs(),
      isDown: () => run.phases?.restarts.isDown === true,
      onEnd: () => run.phases?.giveUp(),
    });
  }

  /** Undefined if the tree came to its end by itself. */
  get early(): EndedEarly | undefined {
    return this.#ending.early;
  }

  /** Ends the tree before its time. */
  end(cause: EndCause, why?: string): void {
    this.#ending.end(cause, why);
  }

  /** The tree has ended. */
  stop(): void {
    this.#idle.stop();
    this.#ending.stop();
  }

  #onLook(idleMs: number): void {
    const { request, timeout } = this.#run;
    const { last } = this.#log;
    if (this.#toldIdle || idleMs < UNATTENDED_MS || !last || (timeout && !timeout.byDefault)) return;
    this.#toldIdle = true;
    request.onIdle?.({ idleMs, last });
  }
}

/** Data that trickles in is looked for only when it matters: this long before what would be a hang could begin. */
const LOOK_AHEAD_MS = 1000;

/** What of a tree's quiet is not its own: our delays, a network that we have slowed down, data that comes slowly. */
function activityOf(run: PreparedRun, held: HeldTasks): TreeActivity {
  const { tree, network: opening } = run;
  let network: PreparedNetwork | undefined;
  void opening?.ready.then((ready) => {
    network = ready;
  });
  const received = receivedBy(run);
  return {
    cpuTimeUs: () => tree.limits.cpuTimeUs(),
    progress: () => held.ever + (network?.activity().passed ?? 0) + received(),
    isDelayed: () => held.now > 0 || run.phases?.holdsUp === true || (network?.activity().waiting ?? 0) > 0,
  };
}

/** What its tree has read and received, near the deadline; it costs a look at each process and its sockets. */
function receivedBy({ settings, tree, timeout }: PreparedRun): () => number {
  if (!timeout) return () => 0;
  const hangAfterMs = settings.hangAfterMs ?? DEFAULT_HANG_AFTER_MS;
  const fromMs = monotonicMs() + timeout.limitMs - hangAfterMs - LOOK_AHEAD_MS;
  let before: number | undefined;
  return () => {
    if (monotonicMs() < fromMs) return 0;
    const bytes = dataReceived(tree.limits.processIds());
    before ??= bytes;
    return bytes - before;
  };
}
