import type { Candidate, ScheduleChoice, Strategy } from './strategy.ts';

/** A choice of another task than the usual one. */
export interface PlannedSwitch {
  /** The lineage of the task that stands at the point. */
  readonly task: string;
  /** Which point of that task it is, from 1. */
  readonly point: number;
  /** The lineage of the task that goes on. */
  readonly to: string;
}

/** The order of another run: its switches, and none besides. */
export class FollowedSwitches<S extends PlannedSwitch = PlannedSwitch> implements Strategy {
  readonly #to = new Map<string, string>();
  readonly #left: Map<string, S>;

  constructor(switches: readonly S[]) {
    for (const { task, point, to } of switches) this.#to.set(coordinate(task, point), to);
    this.#left = new Map(switches.map((one) => [coordinate(one.task, one.point), one]));
  }

  /** The switches that were not made: the run did not come to them, or the task could not go on there. */
  get left(): readonly S[] {
    return [...this.#left.values()];
  }

  /** How many these are. */
  get missed(): number {
    return this.#left.size;
  }

  pick<T extends Candidate>({ ready, task, point, usual }: ScheduleChoice<T>): T {
    const at = coordinate(task, point);
    const to = this.#to.get(at);
    const chosen = to === undefined ? undefined : ready.find(({ lineage }) => lineage === to);
    if (chosen !== undefined) this.#left.delete(at);
    return chosen ?? usual;
  }
}

function coordinate(task: string, point: number): string {
  return `${task} ${point}`;
}
