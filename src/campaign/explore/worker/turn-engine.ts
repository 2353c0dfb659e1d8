import { ChoiceLog } from '../../../chaos/schedule/choice-log.ts';
import { FollowedSwitches } from '../../../chaos/schedule/followed-switches.ts';
import { pointsOfRun } from '../../../chaos/schedule/points-of-run.ts';
import { SchedulePolicy } from '../../../chaos/schedule/schedule-policy.ts';
import { strategyOf } from '../../../chaos/schedule/strategies.ts';
import type { Strategy } from '../../../chaos/schedule/strategy.ts';
import { monotonicMs } from '../../../linux/clock.ts';
import { type GatedProcess, LaunchError } from '../../../linux/gated-process.ts';
import type { Launcher } from '../../../linux/launcher.ts';
import { traceFilter } from '../../../linux/seccomp-filter.ts';
import { exitStatusOf, hasExited, termSignalOf } from '../../../linux/wait-status.ts';
import type { Order, OrderObservation, OrderOptions } from '../../../model/explore.ts';
import type { SchedulePoints, Switch } from '../../../model/schedule.ts';
import type { Death, RunEnd } from '../../../model/sweep.ts';
import { launchError } from '../../../run/command/launch-error.ts';
import { signalName } from '../../../syscalls/signals.ts';
import { NO_RECORDER } from '../../../tracer/event-recorder.ts';
import type { Following } from '../../../tracer/following.ts';
import type { Policy } from '../../../tracer/policy.ts';
import { PolicyChain } from '../../../tracer/policy-chain.ts';
import type { ProcessDeath } from '../../../tracer/process-deaths.ts';
import { StopLoop } from '../../../tracer/stop-loop.ts';
import { Turns } from '../../../tracer/turns/turns.ts';
import { StackTracer } from '../../../tracer/unwind/stack-tracer.ts';
import { RunWatch } from '../../sweep/worker/run-watch.ts';
import { SURE_LIMIT } from '../../sweep/worker/spin-limits.ts';
import { TreeWatch } from '../../sweep/worker/tree-watch.ts';
import type { Scene } from '../../worker/scene.ts';
import { sceneLauncher } from '../../worker/scene-launcher.ts';
import { SwitchTeller } from './switch-teller.ts';

const FOLLOWING: Following = { method: 'seccomp', tree: true };
const NO_CALLS: ReadonlySet<number> = new Set();
/** Frames of a stack. */
const MAX_FRAMES = 256;

/** Runs a subject in one order after another, by a launcher that is laid out once and a stop loop where one task runs at a time. */
export class TurnEngine {
  readonly #scene: Scene;
  readonly #launcher: Launcher;
  readonly #filters = new Map<string, Uint8Array>();
  #hasStarted = false;
  #tracer: StackTracer | undefined;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#launcher = sceneLauncher(scene);
  }

  /** Throws a RenacerError if the command can't be started. */
  perform(order: Order, options: OrderOptions): OrderObservation {
    const sceneOptions = { contents: false, usualMs: options.usualMs };
    const service = this.#scene.begin(sceneOptions);
    const watch = new TreeWatch({ ...options, usualCalls: undefined }, service, SURE_LIMIT);
    const log = new ChoiceLog(strategyOfOrder(order));
    const switches: Switch[] = [];
    const schedule = new SchedulePolicy(log, (made) => switches.push(made));
    const teller = options.closely
      ? new SwitchTeller(schedule, this.#stackTracer(), this.#scene.workplace.directory)
      : undefined;
    const others = teller === undefined ? [schedule] : [teller, this.#tracer!];
    const startMs = monotonicMs();
    const { status, deaths, turns } = this.#run(
      new PolicyChain([new RunWatch(NO_CALLS, watch), ...others]),
      order.seed,
      options.points,
    );
    const facts = {
      end: watch.end ?? endOf(status),
      deaths: deaths.flatMap(deathOf),
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

  #run(
    policy: Policy,
    seed: number,
    points: SchedulePoints,
  ): { status: number; deaths: readonly ProcessDeath[]; turns: Turns } {
    let turns: Turns | undefined;
    const loop = new StopLoop(FOLLOWING, NO_RECORDER, policy, {
      keepsWakeupTask: true,
      isPinned: true,
      turns: (context, collector) => {
        turns = new Turns(context, collector, pointsOfRun(points, seed, context));
        return turns;
      },
    });
    try {
      loop.launch(this.#start(policy.armed), () => {});
      // It was launched, so there is a status.
      return { status: loop.run()!, deaths: loop.deaths.all, turns: turns! };
    } catch (error) {
      if (!(error instanceof LaunchError)) throw error;
      throw launchError(this.#scene.subject.file, { kind: 'launch-failed', step: error.step, code: error.code });
    }
  }

  #start(armed: Policy['armed']): GatedProcess {
    const key = armed === 'all' ? armed : String(armed.size);
    const filter = this.#filters.get(key) ?? traceFilter(armed);
    this.#filters.set(key, filter);
    const gated = this.#hasStarted ? this.#launcher.startAgain({ filter }) : this.#launcher.start({ filter });
    this.#hasStarted = true;
    return gated;
  }

  #stackTracer(): StackTracer {
    this.#tracer ??= new StackTracer(MAX_FRAMES, true, true);
    this.#tracer.begin();
    return this.#tracer;
  }
}

function strategyOfOrder({ seed, by }: Order): Strategy {
  return 'switches' in by ? new FollowedSwitches(by.switches) : strategyOf(by.strategy, { ...by, seed });
}

function missedOf({ by }: Order, made: readonly Switch[]): number {
  if (!('switches' in by)) return 0;
  return by.switches.length - made.length;
}

function endOf(status: number): RunEnd {
  if (hasExited(status)) return { kind: 'exited', status: exitStatusOf(status) };
  return { kind: 'signalled', signal: signalName(termSignalOf(status)) };
}

/** Crashes alone: of a signal that somebody has sent, nothing is told here. */
function deathOf({ crash, signal, isCommand }: ProcessDeath): Death[] {
  if (!crash) return [];
  return [{ program: crash.program, signal: signalName(signal), isRoot: isCommand, stack: crash.stack }];
}
