import { SCHEDULE_POINTS, SCHEDULE_STRATEGIES } from '../../model/schedule.ts';
import { COUNT } from '../kinds.ts';
import type { TierOptions } from '../option.ts';
import type { ScheduleSettings } from '../settings.ts';
import { choice } from '../word-kinds.ts';

/** The order in which the tasks of the tree run. */
export const SCHEDULE_OPTIONS: TierOptions<keyof ScheduleSettings> = {
  schedule: {
    kind: choice(SCHEDULE_STRATEGIES),
    key: 'schedule',
    flag: '--chaos-schedule',
    builder: 'withSchedule',
    summary: 'One task of the tree runs at a time, and the seed decides who is next: by this strategy',
    example: 'mix',
    bare: 'mix',
  },
  schedulePoints: {
    kind: choice(SCHEDULE_POINTS),
    key: 'schedule_points',
    flag: '--chaos-schedule-points',
    builder: 'withSchedulePoints',
    summary: 'Where the next task is chosen: at system calls, at the locks of libc too, at shared data too',
    example: 'calls',
    default: 'locks',
    shapes: ['schedule'],
    wholeRun: true,
  },
  scheduleDepth: {
    kind: COUNT,
    key: 'schedule_depth',
    flag: '--chaos-schedule-depth',
    builder: 'withScheduleDepth',
    summary: 'How many steps in a certain order a defect may need that pct looks for',
    example: 2,
    default: 3,
    shapes: ['schedule'],
  },
};
