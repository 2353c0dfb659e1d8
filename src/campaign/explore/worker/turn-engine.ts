import { ChoiceLog } from '../../../chaos/schedule/choice-log.ts';
import { FollowedSwitches } from '../../../chaos/schedule/followed-switches.ts';
import { pointsOfRun } from '../../../chaos/schedule/points-of-run.ts';
import { SchedulePolicy } from '../../../chaos/schedule/schedule-policy.ts';
import { strategyOf } from '../../../chaos/schedule/strategies.ts';
import type { Strategy } from '../../../chaos/schedule/strategy.ts';
import { monotonicMs } from '../../../linux/clock.ts';
import type { GatedProcess } from '../../../linux/gated-process.ts';
import type { Launcher } from '../../../linux/launcher.ts';
import type { Order, OrderObservation, OrderOptions } from '../../../model/explore.ts';
import type { SchedulePoints, Switch } from '../../../model/schedule.ts';
import type { Policy } from '../../../tracer/policy.ts';
import { PolicyChain } from '../../../tracer/policy-chain.ts';
import { Turns } from '../../../tracer/turns/turns.ts';
import type { Scene } from '../../worker/scene.ts';
import { sceneLauncher } from '../../worker/scene-launcher.ts';
import { endOf, type TracedRun, TracedRuns } from '../../worker/traced-runs.ts';
import { RunWatch } from '../../worker/watch/run-watch.ts';
import { SURE_LIMIT } from '../../worker/watch/spin-limits.ts';
import { TreeWatch } from '../../worker/watch/tree-watch.ts';
import { SwitchTeller } from './switch-teller.ts';

const NO_CALLS: ReadonlySet<number> = new Set();

/** Runs a subject in one order after another, by a launcher that is laid out once and a stop loop where one task runs at a time. */
export class TurnEngine {
  readonly #scene: Scene;
  readonly #launcher: Launcher;
  readonly #runs: TracedRuns;
  #hasStarted = false;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#launcher = sceneLauncher(scene);
    this.#runs = new TracedRuns(scene.subject.file);
  }

  /** Throws a RenacerError if the command can't be started. */
  perform(order: Order, options: OrderOptions): OrderObservation {
    const sceneOptions = { contents: false, usualMs: options.usualMs };
    const service = this.#scene.begin(sceneOptions);
    const watch = new TreeWatch({ ...options, usualCalls: undefined }, service, SURE_LIMIT);
    const log = new ChoiceLog(strategyOfOrder(order));
    const switches: Switch[] = [];
    const schedule = new SchedulePolicy(log, (made) => switches.push(made));
    const stacks = options.closely ? this.#runs.stackTracer() : undefined;
    const teller = stacks && new SwitchTeller(schedule, stacks, this.#scene.workplace.directory);
    const others = [teller ?? schedule, stacks].filter((policy) => policy !== undefined);
    const startMs = monotonicMs();
    const { status, deaths, turns } = this.#run(
      new PolicyChain([new RunWatch(NO_CALLS, watch), ...others]),
      order.seed,
      options.points,
    );
    const facts = {
      end: watch.end ?? endOf(status, false),
      deaths,
      leftRunning: watch.leftRunning,
      switches,
      missed: missedOf(order, switches),
      choices: turns.choices,
      forced: turns.forced,
      notExact: turns.notExact,
      pointsRefused: turns.pointsRefused,
      deadlock: turns.deadlock?.map((task) => ({ ...task, stack: teller?.stackOfLast(task.task) })),
      counts: Object.fromEntries(turns.points),
      log: options.log ? log.choices : [],
      told: teller?.told ?? [],
      durationMs: monotonicMs() - startMs,
    };
    const { changesOutside: _, contents: __, served: ___, ...seen } = this.#scene.finish(facts, service, sceneOptions);
    return seen;
  }

  close(): void {
    this.#launcher.free();
  }

  #run(policy: Policy, seed: number, points: SchedulePoints): TracedRun & { turns: Turns } {
    let turns: Turns | undefined;
    const traced = this.#runs.follow(
      policy,
      (loop) => loop.launch(this.#start(policy.armed), () => {}),
      (context, collector) => {
        turns = new Turns(context, collector, pointsOfRun(points, seed, context));
        return turns;
      },
    );
    return { ...traced, turns: turns! };
  }

  #start(armed: Policy['armed']): GatedProcess {
    const filter = this.#runs.filterOf(armed);
    const gated = this.#hasStarted ? this.#launcher.startAgain({ filter }) : this.#launcher.start({ filter });
    this.#hasStarted = true;
    return gated;
  }
}

function strategyOfOrder({ seed, by }: Order): Strategy {
  return 'switches' in by ? new FollowedSwitches(by.switches) : strategyOf(by.strategy, { ...by, seed });
}

function missedOf({ by }: Order, made: readonly Switch[]): number {
  if (!('switches' in by)) return 0;
  return by.switches.length - made.length;
}
