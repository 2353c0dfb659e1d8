import { ActivePhases } from '../../chaos/scenario/active.ts';
import { PhaseGate } from '../../chaos/scenario/phase-gate.ts';
import { FollowedSwitches } from '../../chaos/schedule/followed-switches.ts';
import { pointsOfRun } from '../../chaos/schedule/points-of-run.ts';
import { SchedulePolicy } from '../../chaos/schedule/schedule-policy.ts';
import { strategyOf } from '../../chaos/schedule/strategies.ts';
import type { Strategy } from '../../chaos/schedule/strategy.ts';
import { FirstAndLast } from '../../faults/first-and-last.ts';
import type { MissedSwitch } from '../../model/run-result.ts';
import type { Switch } from '../../model/schedule.ts';
import type { StopCollector } from '../../tracer/stop-collector.ts';
import { Turns, type TurnsContext } from '../../tracer/turns/turns.ts';
import type { Ended } from './engine-messages.ts';
import type { SchedulePlan } from './engine-plan.ts';

/** Of a run in which one task runs at a time: who picks the next, and what there is to tell at the end. */
export class Scheduling {
  readonly policy: SchedulePolicy;
  readonly #plan: SchedulePlan;
  readonly #followed: FollowedSwitches<Switch> | undefined;
  readonly #switches = new FirstAndLast<Switch>();
  #turns: Turns | undefined;

  /** `onSwitch` is told of each switch as it is made; `active`: which phases are on. */
  constructor(plan: SchedulePlan, onSwitch: (made: Switch) => void, active: SharedArrayBuffer | undefined) {
    const { switches } = plan;
    this.#plan = plan;
    this.#followed = switches && new FollowedSwitches(switches);
    this.policy = new SchedulePolicy(this.#followed ?? strategyNow(plan, active), (made) => {
      this.#switches.add(made);
      onSwitch(made);
    });
  }

  /** For the stop loop. */
  makeTurns(context: TurnsContext, collector: StopCollector): Turns {
    const { points, seed } = this.#plan;
    this.#turns = new Turns(context, collector, pointsOfRun(points, seed, context));
    return this.#turns;
  }

  /** When the run is over. */
  get end(): Pick<Ended, 'schedule' | 'missedSwitches'> {
    const { strategy, points } = this.#plan;
    const turns = this.#turns!;
    return {
      schedule: {
        strategy: this.#followed ? 'recorded' : strategy,
        points,
        choices: turns.choices,
        switches: this.#switches.kept,
        omittedSwitches: this.#switches.omitted,
        forced: turns.forced,
        notExact: turns.notExact,
        pointsRefused: turns.pointsRefused,
        deadlock: turns.deadlock,
      },
      missedSwitches: this.#followed?.left.map((missed) => ({ ...missed, reason: whyMissed(missed, turns) })),
    };
  }
}

/** The strategy of a plan, or that of the phase that is on. */
function strategyNow(
  { seed, strategy, depth, phased = [] }: SchedulePlan,
  active: SharedArrayBuffer | undefined,
): Strategy {
  const outside = strategyOf(strategy, { seed, depth, counts: {} });
  if (!active || phased.length === 0) return outside;
  const phases = new ActivePhases(active);
  const inPhases = phased.map((one) => ({
    gate: new PhaseGate(phases, one.gate),
    strategy: strategyOf(one.strategy, { seed, depth: one.depth, counts: {} }),
  }));
  const now = () => inPhases.find(({ gate }) => gate.isOpen)?.strategy ?? outside;
  return { pick: (choice) => now().pick(choice), gaveWay: (lineage) => now().gaveWay?.(lineage) };
}

function whyMissed({ task, point, to }: Switch, { points }: Turns): MissedSwitch['reason'] {
  const came = points.get(task);
  if (came === undefined) return 'there was no such task';
  if (came < point) return `the task came to ${came} points`;
  return `task ${to} could not go on there, or no other one could`;
}
