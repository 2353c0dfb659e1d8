import { monotonicMs } from '../../../linux/clock.ts';
import { sendSignal } from '../../../linux/signals.ts';
import type { TraceEvent } from '../../../model/trace-event.ts';
import { TIMER_CALLS } from './pending-timers.ts';
import { tracedTasks } from './traced-tasks.ts';
import type { TreeWatch } from './tree-watch.ts';

const SIGKILL = 9;
const SIGTERM = 15;

/** Shows a watch, by the clock, the tree of a run that another thread traces, and does what it says. */
export class WatchedTree {
  readonly #watch: TreeWatch;
  #root = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(watch: TreeWatch) {
    this.#watch = watch;
  }

  readonly onEvent = (event: TraceEvent): void => {
    if (event.kind === 'task-end' && event.lineage === '0') this.#watch.rootEnded();
    if (event.kind === 'syscall-entry' && TIMER_CALLS.includes(event.nr))
      this.#watch.timers.set(0, event, monotonicMs());
    if (event.kind === 'syscall-entry' && this.#watch.isSpin(event.nr)) this.#killAll();
  };

  begin(root: number): void {
    this.#root = root;
    this.#watch.begin(monotonicMs());
    this.#timer = setInterval(() => {
      const measure = this.#watch.look(tracedTasks(), monotonicMs());
      if (measure === 'terminate') sendSignal(this.#root, SIGTERM);
      if (measure === 'kill') this.#killAll();
    }, this.#watch.lookMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #killAll(): void {
    for (const { tid, tgid } of tracedTasks()) if (tid === tgid) sendSignal(tgid, SIGKILL);
  }
}
