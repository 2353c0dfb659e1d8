import type { TaskEndEvent } from '../model/trace-event.ts';

/** How a task ended, from its wait status. */
export function endOf(status: number): Pick<TaskEndEvent, 'exitStatus' | 'signal' | 'coreDumped'> {
  const signal = status & 0x7f;
  if (signal === 0) return { exitStatus: (status >> 8) & 0xff, signal: undefined, coreDumped: false };
  return { exitStatus: undefined, signal, coreDumped: (status & 0x80) !== 0 };
}
