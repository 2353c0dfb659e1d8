import type { FiredFault } from '../../faults/fault-policy.ts';
import type { SentSignal } from '../../faults/sent-signals.ts';
import type { TraceEvent } from '../../model/trace-event.ts';
import type { HeldTasks } from '../../tracer/held-tasks.ts';
import type { PhaseMessage } from '../phases/phases-plan.ts';
import type { AttachedProcess, RefusedProcess } from './engine-messages.ts';

/** What the engine of a command that has started is good for. */
export interface StartedEngine {
  /** How many of its tasks are held by delays. */
  readonly held: HeldTasks;
  /** Wakes its stop loop, if that runs the machine of phases. */
  readonly wake: (() => void) | undefined;
}

/** Who is told what goes on in a run. */
export interface EngineListener {
  /** `tracer`: the thread that traces it by ptrace(2), if one does. Told again of a command that was started again. */
  started(pid: number, tracer: number | undefined, engine: StartedEngine): void;
  /** Processes that ran already are traced from now on, or can't be. */
  attached(attached: readonly AttachedProcess[], refused: readonly RefusedProcess[]): void;
  /** Of phases, where the engine runs their machine. */
  phase(message: PhaseMessage): void;
  fault(fault: FiredFault): void;
  signal(sent: SentSignal): void;
  /** A job-control signal has stopped the command's first process. */
  stopped(signal: number): void;
  event(event: TraceEvent): void;
  /** All events so far have been handed over. */
  idle(): void;
}
