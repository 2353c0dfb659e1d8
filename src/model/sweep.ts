import type { CauseOfCases } from './campaign.ts';
import type { StackFrame } from './stack-frame.ts';

/**
 * How a case ended. The first two are right. `silent` is listed behind the other findings.
 *
 * - `tolerated`: the same results as without the fault
 * - `graceful`: another exit status, a message, and nothing damaged
 * - `corrupted`: exit status 0, but other results, or a failed check
 * - `damaged`: it failed, and what it should have kept is neither as before nor as after a good run; or an invariant fails
 * - `crashed`: a process died of a signal that nobody had sent
 * - `hung`: the tree sleeps for good
 * - `spinning`: the failing call is repeated without end
 * - `silent`: it failed without a word
 */
export const CASE_CLASSES = [
  'tolerated',
  'graceful',
  'corrupted',
  'damaged',
  'crashed',
  'hung',
  'spinning',
  'silent',
] as const;

export type CaseClass = (typeof CASE_CLASSES)[number];

/** The classes that are findings, worst first. */
export const FINDING_CLASSES: readonly CaseClass[] = ['corrupted', 'damaged', 'crashed', 'hung', 'spinning', 'silent'];

/** Which classes make a campaign fail unless `--fail-on` says so. */
export const FAILING_CLASSES: readonly CaseClass[] = ['corrupted', 'damaged', 'crashed', 'hung', 'spinning'];

/** Where a program makes a call. Recursion in the stack is collapsed, so that depth of a tree makes no new sites. */
export interface Site {
  /** A digest of program, call and stack (file and address of each frame). */
  readonly id: string;
  /** The path of the program that makes the call: of the process, not of the library. */
  readonly program: string;
  readonly syscall: string;
  /** From the innermost function. */
  readonly stack: readonly StackFrame[];
  /** It is reached only after the faults of this case: an error handler's. */
  readonly handlerOf: string | undefined;
}

/** Which call: of this name, of this task, from 1. The coordinate of the replay file. */
export interface Coordinate {
  /** The task's path of forks. */
  readonly task: string;
  readonly syscall: string;
  readonly ordinal: number;
}

/** How a call is made, as far as it decides which faults it could meet; the names of faults/realism.ts. */
export interface CallSituation {
  readonly fdKind: string | undefined;
  readonly nonblocking: boolean;
  readonly hasTimeout: boolean;
  readonly canBlock: boolean;
  readonly creates?: boolean;
  readonly writes?: boolean;
}

/** A call that a recorded run made. */
export interface RecordedCall extends Coordinate {
  /** Index into the recorded run's programs. */
  readonly program: number;
  /** Index into the recorded run's stacks; -1 if it could not be had. */
  readonly stack: number;
  readonly situation: CallSituation;
  /** Paths that it names, or that its descriptors are open on. */
  readonly paths: readonly string[];
  /** A value, or a negative errno; undefined if the call never came back. */
  readonly result: number | undefined;
  /** Its descriptor is the stderr that the command began with: what the program says of an error goes there. */
  readonly isOnStderr?: boolean;
  /** What it asked to move, in bytes; undefined for calls that move none. */
  readonly asked: number | undefined;
  /** Errors that the catalogue calls likely for it, as it is made here, and that this very call could meet (see faults/realism.ts). */
  readonly errors: readonly string[];
  /** It could move less than it asked for. */
  readonly mayBeShort: boolean;
  /** Before the program's own entry point: the loader's. */
  readonly isLoaders: boolean;
}

/** What a recorded run did. */
export interface Recorded {
  readonly programs: readonly string[];
  readonly stacks: readonly (readonly StackFrame[])[];
  /** In the order of their entries. In a run with a fault: from the first fault on. */
  readonly calls: readonly RecordedCall[];
}

/** Plainest first. */
export const FAULT_WAYS = ['once', 'short', 'persistent', 'kill'] as const;
export type FaultWay = (typeof FAULT_WAYS)[number];

/** A fault of a case: at one call, or from there on. */
export interface CaseFault extends Coordinate {
  readonly way: FaultWay;
  /** In the words of a rule: `error=ENOSPC`, `short=1`, `kill=before`. */
  readonly fault: string;
  /** The id of the site. */
  readonly site: string;
  /** Which occurrence of the site: from 1, in the clean run (or, in a handler, in the run that showed it). */
  readonly occurrence: number;
  /** It may keep the program from saying what went wrong. */
  readonly isOnStderr?: boolean;
}

/** One thing to try: one fault; or two, of which the second is in the handler of the first. */
export interface SweepCase {
  /** A digest of its faults: it stays the same when the plan around it changes. */
  readonly id: string;
  readonly faults: readonly CaseFault[];
}

export type EntryType = 'file' | 'directory' | 'symlink' | 'other';

/** A file, a directory or a link as it is. */
export interface TreeEntry {
  readonly type: EntryType;
  /** Permission bits. */
  readonly mode: number;
  readonly size: number;
  /** SHA-1 of the bytes of a file, as hex. */
  readonly digest?: string;
  readonly target?: string;
  /** Extended attributes, ACLs and capabilities, if it has any: `NAME=HEX`, with spaces in between. */
  readonly xattrs?: string;
  readonly mtimeMs?: number;
}

/** A path that differs from the input. */
export interface TreeChange {
  /** Relative to the directory that was looked at. */
  readonly path: string;
  readonly before: TreeEntry | undefined;
  readonly after: TreeEntry | undefined;
  /** A file that only grew: it begins with all of its old bytes. */
  readonly grown?: boolean;
}

export type RunEnd =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  /** Killed as part of the case. */
  | { readonly kind: 'killed' }
  /** The tree slept, and nothing would have woken it. */
  | { readonly kind: 'hung'; readonly afterMs: number; readonly where: string }
  /** Without a call: it computes. */
  | { readonly kind: 'spinning'; readonly syscall: string | undefined; readonly times: number }
  /** Neither was seen, and the deadline came. */
  | { readonly kind: 'deadline'; readonly afterMs: number };

/** A process that died of a signal that nobody had sent. */
export interface Death {
  readonly program: string;
  readonly signal: string;
  readonly isRoot: boolean;
  readonly stack: readonly StackFrame[] | undefined;
}

/** A process that met a fault of the case. */
export interface StruckProcess {
  /** Its path; undefined of the command's own process, of which nobody asks. */
  readonly program: string | undefined;
  readonly isRoot: boolean;
  /** What it exited with; undefined if a signal ended it. */
  readonly status: number | undefined;
}

/** How a shell command of ours went: a check, or the client of a service. */
export interface CheckResult {
  readonly passed: boolean;
  /** Of the shell command; 128 + N after a signal. */
  readonly status: number;
  /** It had to be ended. */
  readonly timedOut: boolean;
  /** The last that it wrote. */
  readonly output: string;
}

/** How a service served. How the service itself ended, after the SIGTERM that it gets in the end, is the run's `end`. */
export interface Served {
  /** It was ready, in time, before it ended. */
  readonly ready: boolean;
  /** What the client said; undefined if the service was never ready. */
  readonly client: CheckResult | undefined;
  /** What it said when it was asked once more, after a failure. */
  readonly again: CheckResult | undefined;
  /** It ended by itself, before the SIGTERM. */
  readonly endedEarly: boolean;
}

/** All that was seen of one run: what the judge decides by. Survives a structured clone and JSON but for the bytes. */
export interface Observation {
  readonly end: RunEnd;
  /** How many faults of the case were injected: fewer than it has if a call was not reached. */
  readonly injected: number;
  /** How many bytes there were; of long ones only the first MAX_OUTPUT_BYTES are here. */
  readonly stdout: Output;
  readonly stderr: Output;
  /** In the work directory. */
  readonly changes: readonly TreeChange[];
  /** In the private /tmp, /var/tmp, /dev/shm and /run, by absolute paths. */
  readonly changesOutside: readonly TreeChange[];
  readonly deaths: readonly Death[];
  /** The processes that faults were injected into, the one that met the first first, as far as it is known how they ended. */
  readonly struck: readonly StruckProcess[];
  /** Programs of processes that outlived the command's first process, and were ended by us. */
  readonly leftRunning: readonly string[];
  /** Paths outside of its directories that it tried to change in vain. */
  readonly denied: readonly string[];
  readonly verify: CheckResult | undefined;
  readonly verifyAlways: CheckResult | undefined;
  /** For a command with `--drive`. */
  readonly served: Served | undefined;
  /** The bytes of files that it changed, by path in the work directory: of small ones only, and only if asked for. */
  readonly contents: Readonly<Record<string, Uint8Array>>;
  /** If asked for. */
  readonly recorded: Recorded | undefined;
  readonly durationMs: number;
}

export interface Output {
  readonly bytes: Uint8Array;
  readonly length: number;
  /** SHA-1 of all of it, as hex. */
  readonly digest: string;
}

/** What the judge says of a run. */
export interface SweepVerdict {
  readonly class: CaseClass;
  /** Why, in one sentence. */
  readonly reason: string;
  /** Lines of proof: a diff of output or files, the check's output. */
  readonly evidence: readonly string[];
  /** What is no finding by itself: temporary files, lock files, processes that a good run does not leave; what it tried outside. */
  readonly notes: readonly string[];
}

/** A cause that the ordinary engine has confirmed. */
export interface SweepFinding extends CauseOfCases {
  readonly class: CaseClass;
  readonly syscall: string;
  /** An errno, or `short`, `kill`; for a persistent one the errno, too. */
  readonly error: string;
  readonly way: FaultWay;
  readonly program: string;
  /** What the call is on, if it is a file, in a good run: relative to the input if it is in there. Two, with a comma, of calls that take two. */
  readonly file?: string | undefined;
  readonly stack: readonly StackFrame[];
  /** The smallest case that shows it. */
  readonly case: SweepCase;
  readonly verdict: SweepVerdict;
  /** What the program did next that the clean run does not do: `close(3)`, `rename(...)`, at most a few. */
  readonly reaction: readonly string[];
  /** Other places and errors with the same cause. */
  readonly also: readonly string[];
  /** The file, and the command line that shows it again. */
  readonly replay: string | undefined;
  readonly again: string | undefined;
}
