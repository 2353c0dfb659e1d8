import type { PreparedNetwork } from '../chaos/network/prepared-network.ts';
import type { HeldTasks } from '../tracer/held-tasks.ts';
import type { PreparedRun } from './prepare.ts';
import type { RunLog } from './run-log.ts';
import { type EndedEarly, Ending } from './verdict/ending.ts';
import { IdleWatch, type TreeActivity } from './verdict/idle-watch.ts';

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
    });
  }

  /** Undefined if the tree came to its end by itself. */
  get early(): EndedEarly | undefined {
    return this.#ending.early;
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

/** What of a tree's quiet is not its own: our delays, and a network that we have slowed down. */
function activityOf({ tree, network: opening }: PreparedRun, held: HeldTasks): TreeActivity {
  let network: PreparedNetwork | undefined;
  void opening?.ready.then((ready) => {
    network = ready;
  });
  return {
    cpuTimeUs: () => tree.limits.cpuTimeUs(),
    progress: () => held.ever + (network?.activity().passed ?? 0),
    isDelayed: () => held.now > 0 || (network?.activity().waiting ?? 0) > 0,
  };
}
