import type { Candidate, ScheduleChoice, Strategy } from './strategy.ts';

/** No switch at all: a task goes on until it can't. */
export const fair: Strategy = {
  pick<T extends Candidate>({ usual }: ScheduleChoice<T>): T {
    return usual;
  },
};
