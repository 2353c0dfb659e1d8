import type { FiredFault } from '../../faults/fault-policy.ts';
import type { SentSignal } from '../../faults/sent-signals.ts';
import type { TraceEvent } from '../../model/trace-event.ts';
import type { HeldTasks } from '../../tracer/held-tasks.ts';
import type { AttachedProcess, RefusedProcess } from './engine-messages.ts';

/** Who is told what goes on in a run. */
export interface EngineListener {
  /** `tracer`: the thread that traces it by ptrace(2), if one does. `held`: how many of its tasks are held by delays. */
  started(pid: number, tracer: number | undefined, held: HeldTasks): void;
  /** Processes that ran already are traced from now on, or can't be. */
  attached(attached: readonly AttachedProcess[], refused: readonly RefusedProcess[]): void;
  fault(fault: FiredFault): void;
  signal(sent: SentSignal): void;
  /** A job-control signal has stopped the command's first process. */
  stopped(signal: number): void;
  event(event: TraceEvent): void;
  /** All events so far have been handed over. */
  idle(): void;
}
