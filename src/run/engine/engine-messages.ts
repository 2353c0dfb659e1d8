import type { FiredFault } from '../../faults/fault-policy.ts';
import type { SentSignal } from '../../faults/sent-signals.ts';
import type { MissedCallFault, MissedSwitch, ReplayUse, RuleUse, Spin } from '../../model/run-result.ts';
import type { ScheduleUse } from '../../model/schedule.ts';
import type { ProcessDeath } from '../../tracer/process-deaths.ts';
import type { PhaseMessage } from '../phases/phases-plan.ts';
import type { CountedCall } from './engine-plan.ts';

export interface AttachedProcess {
  readonly pid: number;
  readonly tasks: number;
}

export interface RefusedProcess {
  readonly pid: number;
  readonly code: string;
}

/** What the engine's thread tells the thread that started it. */
export type EngineMessage =
  /** It waits for its plan; or what it was told to load is loaded. */
  | { readonly kind: 'loaded' }
  /** The command is about to be executed: its limits may start. `tracer`: the thread that traces it by ptrace(2), if one does. */
  | { readonly kind: 'started'; readonly pid: number; readonly tracer: number | undefined }
  /** Processes that ran already are traced now, with so many tasks each; others can't be, for an errno of ptrace(2). */
  | {
      readonly kind: 'attached';
      readonly attached: readonly AttachedProcess[];
      readonly refused: readonly RefusedProcess[];
    }
  /** The command's first process has been stopped by a job-control signal. */
  | { readonly kind: 'stopped'; readonly signal: number }
  /** Of phases: see PhasesPlan. */
  | { readonly kind: 'of-phases'; readonly message: PhaseMessage }
  /** A fault was injected; not each of very many is told. */
  | { readonly kind: 'fault'; readonly fault: FiredFault }
  /** A signal was sent; what becomes of it is known at the end. */
  | { readonly kind: 'signal'; readonly sent: SentSignal }
  | LastWord;

/** The command could not be started. */
export interface LaunchFailed {
  readonly kind: 'launch-failed';
  readonly step: 'join' | 'set-up' | 'execve' | 'trace';
  readonly code: string;
}

/** The command has ended, and with it (if traced) all of its tree. */
export interface Ended {
  readonly kind: 'ended';
  /** Undefined if it was let go. */
  readonly status: number | undefined;
  readonly counts: readonly CountedCall[];
  readonly signals: number;
  readonly tasks: number;
  /** Records that nobody read in time. */
  readonly lost: number;
  readonly sharedCpu: boolean;
  /** The first and the last of each. */
  readonly sent: readonly SentSignal[];
  readonly fired: readonly FiredFault[];
  /** So many of both were left out. */
  readonly omitted: number;
  /** A call that met the same fault again and again, at the end. */
  readonly spin: Spin | undefined;
  readonly rules: readonly RuleUse[];
  readonly replay: ReplayUse | undefined;
  /** When the command itself had ended, by the monotonic clock. Others of its tree may have gone on. */
  readonly endedMs: number;
  /** Processes that died of a signal: see ProcessDeaths. */
  readonly deaths: readonly ProcessDeath[];
  /** Whether anything was written to descriptor 2; undefined if nobody looked. */
  readonly wroteToStderr: boolean | undefined;
  /** How many times a task was held by a delay. */
  readonly delays: number;
  /** Undefined unless one task ran at a time. */
  readonly schedule?: ScheduleUse | undefined;
  /** Switches of a recording that were not made again. */
  readonly missedSwitches?: readonly MissedSwitch[] | undefined;
  /** Begins and ends of phases of a recording that were not reached. */
  readonly missedTurns?: readonly MissedCallFault[] | undefined;
}

/** How it came to its end: the last message. */
export type LastWord =
  | LaunchFailed
  /** The command was held at its gate, and is not to be executed any more. */
  | { readonly kind: 'abandoned' }
  /** The kernel does not trace by itself, and nothing was started. */
  | { readonly kind: 'no-kernel-trace'; readonly reason: string }
  | Ended;
