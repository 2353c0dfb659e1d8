/** The calls that a trigger is about: conditions of a rule, as the configuration file writes them. */
export interface CallConditions {
  readonly syscall: string;
  readonly path?: string;
  readonly fd?: number | string;
  readonly args?: readonly string[];
  readonly comm?: string;
  readonly task?: string;
}

/** What happens when a phase begins or ends. */
export type TriggerEvent =
  /** A line that the command writes matches this regular expression. */
  | { readonly kind: 'output'; readonly regex: string; readonly stream: 'stdout' | 'stderr' | undefined }
  /** A process of the tree listens at, or connects to, this address: `:8080`, `127.0.0.1:8080`, `[::1]:80`, `/run/a.sock`. */
  | { readonly kind: 'listen' | 'connect'; readonly address: string }
  /** A file whose path matches is made, goes, or has more than so many bytes. */
  | {
      readonly kind: 'file';
      readonly glob: string;
      readonly is: 'created' | 'gone' | { readonly largerThan: number };
    }
  | { readonly kind: 'syscall'; readonly call: CallConditions }
  /** A probe of the steady state comes to this state. */
  | { readonly kind: 'probe'; readonly probe: string; readonly is: 'ok' | 'failed' }
  /** An instance of another phase begins or ends. */
  | { readonly kind: 'phase'; readonly phase: string; readonly is: 'begun' | 'ended' }
  /** The task of this lineage ends. */
  | { readonly kind: 'exit'; readonly task: string };

export const TRIGGER_KINDS = ['output', 'listen', 'connect', 'file', 'syscall', 'probe', 'phase', 'exit'] as const;
export type TriggerKind = (typeof TRIGGER_KINDS)[number];

export interface Trigger {
  readonly event: TriggerEvent;
  /** Which time it happens, counted from when it is waited for: 1 is the first. */
  readonly nth: number;
  /** So long after it has happened. */
  readonly delayMs: number;
}

/** What a phase does, if it does not set options. A signal and a command are moments: their phase ends at once. */
export type PhaseAction =
  /** `to`: `tree`, the lineage of a task (the command itself is `0`), or the name of a program. */
  | { readonly kind: 'signal'; readonly signal: string; readonly to: string }
  /** The tree stands still. */
  | { readonly kind: 'pause' }
  /** The command gets this signal, SIGKILL after the grace, and is started again: when the phase ends, if it has an end, else at once. */
  | { readonly kind: 'restart'; readonly signal: string }
  /** A shell command, outside of chaos. */
  | { readonly kind: 'run'; readonly command: string };

export type PhaseBegin =
  | { readonly kind: 'start' }
  /** Milliseconds since the start of the command. */
  | { readonly kind: 'at'; readonly ms: number }
  | { readonly kind: 'on'; readonly trigger: Trigger }
  /** When it is asked to: by the library, or by `renacer ctl`. */
  | { readonly kind: 'request' }
  /** When the phase of this name is over: all of its instances. */
  | { readonly kind: 'after'; readonly phase: string };

/** A stretch of a run with a configuration of its own. `S`: the settings of a configuration. */
export interface PhaseOf<S> {
  readonly name: string;
  /** Empty if there is an action. */
  readonly settings: S;
  readonly action: PhaseAction | undefined;
  readonly begin: PhaseBegin;
  readonly forMs: number | undefined;
  readonly until: Trigger | undefined;
  /** From begin to begin; two: each time so long as the seed draws between them. */
  readonly everyMs: readonly [least: number, most: number] | undefined;
  /** How often it begins; undefined: once or, with `every`, again and again. */
  readonly times: number | undefined;
}

export const PROBE_MOMENTS = ['before', 'during', 'after'] as const;
export type ProbeMoment = (typeof PROBE_MOMENTS)[number];

/** Inclusive. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** What a probe asks, and which answer will do; regular expressions are text. */
export type ProbeQuestion =
  /** `status`: [0] if undefined. `output`: of stdout and stderr. */
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly status?: readonly number[];
      readonly output?: string;
    }
  /** `status`: 200 to 299 if undefined. */
  | { readonly kind: 'http'; readonly url: string; readonly status?: readonly number[]; readonly body?: string }
  /** Somebody accepts connections there. */
  | { readonly kind: 'tcp'; readonly address: string }
  /** It exists, unless `exists` is false. */
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly exists?: boolean;
      readonly size?: Bounds;
      readonly ageMs?: Bounds;
      readonly content?: string;
    }
  /** A line of the command's own output matches; not `seen`: none does. */
  | {
      readonly kind: 'output';
      readonly regex: string;
      readonly stream: 'stdout' | 'stderr' | undefined;
      readonly seen: boolean;
    };

export const PROBE_KINDS = ['command', 'http', 'tcp', 'file', 'output'] as const;

/** A question about the steady state. */
export interface Probe {
  readonly name: string;
  readonly asks: ProbeQuestion;
  readonly check: readonly ProbeMoment[];
  readonly intervalMs: number;
  /** Of one answer. */
  readonly timeoutMs: number;
  readonly initialDelayMs: number;
  /** So many bad answers in a row are a failure. */
  readonly failureThreshold: number;
  /** How long a service may take to come up, and to recover after the last phase. */
  readonly withinMs: number | undefined;
}

/** The call at which something happened: it holds again in another run where nothing before it differs. */
export interface CallPlace {
  readonly task: string;
  readonly call: string;
  /** Which call of that name of its task, from 1. */
  readonly nth: number;
  /** It happened when the call had come back; else before it was made. */
  readonly returned?: true;
}

/** Why a moment ended: it was over as it began. */
export const AT_ONCE = 'at once';

/** How a phase began or ended. */
export interface PhaseTurn {
  /** For people: `at 2s`, `output /ready/`, `after slow`, `the run ended`. */
  readonly why: string;
  /** It was by a call, and not by the clock. */
  readonly exact: boolean;
  readonly at: CallPlace | undefined;
}

/** One instance of a phase that was. */
export interface PhaseUse {
  readonly name: string;
  /** From 1. */
  readonly instance: number;
  /** Milliseconds since the start of the command. */
  readonly beganMs: number;
  /** Undefined if it had not ended when the run did. */
  readonly endedMs: number | undefined;
  readonly began: PhaseTurn;
  readonly ended: PhaseTurn | undefined;
  /** Options of it, by their keys, that a later phase had set while it was on. */
  readonly over: readonly string[];
  /** What of it could not be done, for people. */
  readonly error: string | undefined;
}

/** One answer to a probe. */
export interface ProbeCheck {
  readonly when: ProbeMoment;
  /** Milliseconds since the start of the command. */
  readonly ms: number;
  /** `unknown`: it could not be asked, which is never a pass. */
  readonly ok: boolean | 'unknown';
  /** The answer, for people. */
  readonly said: string;
}

/** How a probe fared. */
export interface ProbeUse {
  readonly name: string;
  /** The first, the last, and each that differs from the one before. */
  readonly checks: readonly ProbeCheck[];
  /** So many answers in all. */
  readonly asked: number;
  /** From the end of the last phase until it held again; undefined if that was not asked for, or was never. */
  readonly recoveredMs: number | undefined;
  /** In what time it was to recover. */
  readonly withinMs: number | undefined;
}
