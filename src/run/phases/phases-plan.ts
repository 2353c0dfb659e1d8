import type { MessagePort } from 'node:worker_threads';
import type { Transition } from '../../chaos/scenario/machine.ts';
import type { Phase } from '../../chaos/settings.ts';
import type { RecordedTurn } from '../../faults/phase-line.ts';
import type { CallPlace, Trigger } from '../../model/scenario.ts';

/** Lines of the command's own output that somebody wants to know of. */
export interface WatchedOutput {
  readonly regex: string;
  readonly stream: 'stdout' | 'stderr' | undefined;
}

/** All that whoever runs the machine of phases is told: it can be sent to a worker, with its port. */
export interface PhasesPlan {
  readonly phases: readonly Phase[];
  readonly seed: number;
  /** See ActivePhases. */
  readonly active: SharedArrayBuffer;
  /** Any of these is told of when it happens. */
  readonly abortOn: readonly Trigger[];
  readonly outputs: readonly WatchedOutput[];
  /** Of a replay: phases begin and end there, whatever they wait for. */
  readonly recorded: readonly RecordedTurn[] | undefined;
  /** Times count when that is asked for, not from the start. */
  readonly awaitsService: boolean;
  /** Requests come from here; the stop loop is woken for them. */
  readonly port: MessagePort;
}

/** A phase has begun or ended. */
export interface Turned extends Exclude<Transition, { readonly kind: 'abort' }> {
  /** Milliseconds since the start of the command. */
  readonly ms: number;
}

/** What begins or ends, and which instance. */
export type TurnOf = Pick<Turned, 'kind' | 'phase' | 'instance'>;

/** What the main thread asks of whoever runs the machine. */
export type PhaseRequest =
  /** Times count from now on, and what has been triggered begins. */
  | { readonly kind: 'release' }
  | { readonly kind: 'begin' | 'end'; readonly phase: number }
  /** What a restart has ended: it is to be started now; or the run is to end. */
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'probe'; readonly probe: string; readonly is: 'ok' | 'failed' };

/** What the machine itself is asked. */
export type MachineRequest = Exclude<PhaseRequest, { readonly kind: 'start' } | { readonly kind: 'stop' }>;

/** What it is told. */
export type PhaseMessage =
  | { readonly kind: 'phase'; readonly turned: Turned; readonly isOver: boolean }
  /** The first call behind a turn that was made by the clock. */
  | { readonly kind: 'place'; readonly of: TurnOf; readonly at: CallPlace }
  /** The tree is empty, for a restart: a `start` or a `stop` is awaited. */
  | { readonly kind: 'down' }
  /** Something that a phase does could not be done, for people. */
  | { readonly kind: 'failed'; readonly phase: number; readonly error: string }
  | { readonly kind: 'line'; readonly output: number; readonly line: string }
  | { readonly kind: 'abort-on'; readonly why: string };
