import type { Ptrace } from '../linux/ptrace.ts';
import type { TaskMemory } from '../linux/task-memory.ts';
import type { Alarm } from './alarm.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { Following } from './following.ts';
import type { Breakpoints } from './points/breakpoints.ts';
import type { Policy } from './policy.ts';
import type { ProcessDeaths } from './process-deaths.ts';
import type { Resumption } from './resumption.ts';
import type { TaskTable } from './task-table.ts';
import type { TurnTaking } from './turn-taking.ts';

/** What the parts of a stop loop have in common. */
export interface TracingContext {
  readonly following: Following;
  readonly ptrace: Ptrace;
  readonly memory: TaskMemory;
  readonly breakpoints: Breakpoints;
  readonly tasks: TaskTable;
  readonly alarm: Alarm;
  readonly door: Resumption;
  readonly recorder: EventRecorder;
  readonly policy: Policy | undefined;
  readonly deaths: ProcessDeaths;
  /** Where one task runs at a time. */
  readonly turns: TurnTaking | undefined;
}
