import type { SchedulePoints, ScheduleStrategy } from '../../model/schedule.ts';

/** The methods of the full tier: the order in which the tasks of the tree run. */
export interface ScheduleMethods {
  /** One task runs at a time, and the seed decides who is next: by this strategy, `mix` by default. */
  withSchedule(strategy?: ScheduleStrategy): this;
  /** Where the next task is chosen: `calls`, `locks` (the default) or `data`. */
  withSchedulePoints(points: SchedulePoints): this;
  /** How many steps in a certain order a defect may need that `pct` looks for: 1 to 10. */
  withScheduleDepth(steps: number): this;
}
