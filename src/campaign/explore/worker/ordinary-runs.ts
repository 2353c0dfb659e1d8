import type { Order, OrderObservation, OrderOptions } from '../../../model/explore.ts';
import type { RunResult } from '../../../model/run-result.ts';
import type { Switch } from '../../../model/schedule.ts';
import type { RunEnd } from '../../../model/sweep.ts';
import { deathsOf, ordinaryRun } from '../../worker/ordinary-run.ts';
import type { Scene } from '../../worker/scene.ts';
import { TIMER_CALLS } from '../../worker/watch/pending-timers.ts';
import { SURE_LIMIT } from '../../worker/watch/spin-limits.ts';
import { TreeWatch } from '../../worker/watch/tree-watch.ts';

/** Runs a subject as `renacer replay` does: by `runCommand`, with a recording of the switches. What is seen it tells as the warm engine. */
export class OrdinaryRuns {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Rejects with a RenacerError for what Renacer itself can't do. */
  async perform({ seed, by }: Order, options: OrderOptions): Promise<OrderObservation> {
    const switches = 'switches' in by ? by.switches : [];
    this.#scene.stdio.renew();
    const sceneOptions = { contents: false, usualMs: options.usualMs };
    const service = this.#scene.begin(sceneOptions);
    const watch = new TreeWatch({ ...options, usualCalls: undefined }, service, SURE_LIMIT);
    const command = this.#scene.subject.argv;
    const result = await ordinaryRun(this.#scene, watch, TIMER_CALLS, {
      replay: {
        ...{ name: 'case', seed, command, faults: [], networkFaults: [], torn: false },
        schedule: { points: options.points, switches },
      },
    });
    const facts = {
      end: watch.end ?? endOf(result),
      deaths: deathsOf(result),
      leftRunning: watch.leftRunning,
      ...scheduleOf(result, switches),
      durationMs: result.durationMs,
    };
    const { changesOutside: _, contents: __, served: ___, ...seen } = this.#scene.finish(facts, service, sceneOptions);
    return seen;
  }
}

function scheduleOf({ schedule, replay }: RunResult, switches: readonly Switch[]) {
  return {
    switches,
    missed: replay?.missed.length ?? 0,
    choices: schedule?.choices ?? 0,
    forced: schedule?.forced ?? 0,
    notExact: schedule?.notExact ?? [],
    pointsRefused: schedule?.pointsRefused ?? [],
    deadlock: schedule?.deadlock?.map((task) => ({ ...task, stack: undefined })),
    counts: {},
    log: [],
    told: [],
  };
}

function endOf({ exitCode, signal = 'SIGKILL' }: RunResult): RunEnd {
  return exitCode === undefined ? { kind: 'signalled', signal } : { kind: 'exited', status: exitCode };
}
