import { SCHEDULE_POINTS, type SchedulePoints, type Switch } from '../model/schedule.ts';

/** The order in which tasks ran: where the next one was chosen, and by which choices it differs from the usual one. */
export interface RecordedSchedule {
  readonly points: SchedulePoints;
  readonly switches: readonly Switch[];
}

/** One line of a file of recorded faults for a switch from one task to another, with its line end. */
export function printRecordedSwitch({ task, point, why, to }: Switch): string {
  return `${JSON.stringify({ turn: { task, point, why, to } })}\n`;
}

/** What was printed; else what is wrong with it. */
export function readSwitch(value: unknown): Switch | string {
  if (typeof value !== 'object' || value === null) return 'turn is not an object';
  const { task, point, why, to } = value as Readonly<Record<string, unknown>>;
  if (typeof task !== 'string' || typeof why !== 'string' || typeof to !== 'string') {
    return 'task, why and to of a turn must be texts';
  }
  if (!Number.isSafeInteger(point) || (point as number) < 1) return 'point of a turn is not a whole number from 1';
  return { task, point: point as number, why, to };
}

/** Where the next task is chosen, as a header or a report says it; else what is wrong with that. */
export function readPoints(schedule: unknown): { readonly points: SchedulePoints } | string {
  const word = typeof schedule === 'object' && schedule !== null && 'points' in schedule ? schedule.points : undefined;
  const points = SCHEDULE_POINTS.find((one) => one === word);
  return points === undefined ? `points of the schedule is none of ${SCHEDULE_POINTS.join(', ')}` : { points };
}
