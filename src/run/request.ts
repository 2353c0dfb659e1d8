import type { ChaosConfig } from '../chaos/config.ts';
import type { Recording } from '../faults/replay-file.ts';
import type { Stillness } from '../faults/still/index.ts';
import type { LaunchSignals } from '../linux/launch-spec.ts';
import type { NamespaceFds } from '../linux/namespaces.ts';
import type { ResourceLimit } from '../linux/rlimits.ts';
import type { DescriptorDetail } from '../model/capture.ts';
import type { CleanUpUse, InjectedFault } from '../model/run-result.ts';
import type { TraceEvent } from '../model/trace-event.ts';
import type { Dumps } from '../syscalls/descriptor-set.ts';
import type { StdioOption } from './command/stdio.ts';
import type { RunControl } from './control/run-control.ts';
import type { AttachedProcess } from './engine/engine-messages.ts';
import type { CallSitesPlan, EngineChoice } from './engine/engine-plan.ts';

/** What is to be seen of the target's system calls. */
export interface TraceRequest {
  /** Numbers of x86-64 system calls. */
  readonly select: 'all' | readonly number[];
  /** All tasks of the tree (the default), or only the command's first one. Signal injection needs all. */
  readonly follow?: boolean | undefined;
  /** A task is let go when it calls execve (again): it runs on, and nobody waits for it. */
  readonly untilExec?: boolean | undefined;
  /** Receives each event. The objects are used again: copy what you keep. Without it, calls are only counted. */
  readonly onEvent?: (event: TraceEvent) => void;
  /** No event is pending for the moment. */
  readonly onIdle?: () => void;
  /** Bytes of strings and data to capture; default 32. */
  readonly stringLimit?: number;
  /** Capture environments too. */
  readonly verbose?: boolean | undefined;
  /** Capture what file descriptors are: a look at /proc for each. */
  readonly fdPaths?: boolean | undefined;
  /** What to capture of them beside: addresses of sockets, numbers of devices, ... */
  readonly descriptorDetails?: readonly DescriptorDetail[] | undefined;
  /** Capture all data that pass through these descriptors. */
  readonly dumps?: Dumps | undefined;
  /** Capture the names of processes: of the caller at each call, and of those that arguments name. */
  readonly processNames?: boolean | undefined;
}

/** How a command is to be run. */
export interface RunRequest {
  readonly chaos?: ChaosConfig | undefined;
  /** Directory to start in. */
  readonly cwd?: string | undefined;
  /** Whose PATH the command is looked for in; by default that of `env`. */
  readonly searched?: NodeJS.ProcessEnv | undefined;
  /** The whole environment of the target; ours by default. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly stdio?: StdioOption | undefined;
  /** File descriptors of ours above stderr that the target gets too. */
  readonly inheritedFds?: readonly number[] | undefined;
  /** What the target reads, where its stdin is a pipe. */
  readonly input?: string | Uint8Array | undefined;
  /** Ends the run: SIGTERM to the tree, SIGKILL after the grace period. */
  readonly signal?: AbortSignal | undefined;
  /** Somebody has sent a signal to the command from outside: a tree that stands still for a phase goes on, to get it. */
  readonly interrupted?: AbortSignal | undefined;
  /** A shell command to run after a target that exited with 0: if it fails, the outcome is `corrupted`. */
  readonly verify?: string | undefined;
  /** The same after any end: a failure, a crash, a kill, a timeout. */
  readonly verifyAlways?: string | undefined;
  /** Told how the command of `cleanup` ended, when all else is over. */
  readonly onCleanUp?: ((use: CleanUpUse) => void) | undefined;
  /** Told what checks and the command of `cleanup` write, as it comes. */
  readonly onCheckOutput?: ((bytes: Uint8Array) => void) | undefined;
  /** What `--expect` says, for the file of recorded faults. */
  readonly expect?: string | undefined;
  /** Told once of a tree that has been idle for long since something was injected, where nothing will end it soon. */
  readonly onIdle?: ((idle: IdleTree) => void) | undefined;
  readonly trace?: TraceRequest | undefined;
  /** Find out where in their programs tasks make the calls that are traced, or that faults are injected into. */
  readonly callSites?: CallSitesPlan | undefined;
  /** Who traces; by default `auto`: the kernel by itself (eBPF) where that can be, else a stop loop (ptrace). */
  readonly engine?: EngineChoice | undefined;
  /** A file to write each fault to as it is injected. */
  readonly record?: string | undefined;
  /** What is made to stand still, so that two runs can be compared. */
  readonly still?: Stillness | undefined;
  /** Injects these faults and no others; the configuration must not ask for any. */
  readonly replay?: Recording | undefined;
  /** Told once, when the command has been executed. */
  readonly onStart?: ((start: RunStart) => void) | undefined;
  /** A unix socket to be made, by which the run is told what to do while it goes on. */
  readonly control?: string | undefined;
  /** Told once, when the command has been executed, by what the run is told what to do. */
  readonly onControl?: ((control: RunControl) => void) | undefined;
  /** Told when a job-control signal (Ctrl-Z) has stopped the command's first process. */
  readonly onStop?: ((signal: number) => void) | undefined;
  /** Limits that the command starts with beyond those of the configuration. */
  readonly rlimits?: readonly ResourceLimit[] | undefined;
  /** It leads a session of its own, without a terminal. */
  readonly newSession?: boolean | undefined;
  /** Where it is to be, if not where we are. Not with an impaired network. */
  readonly namespaces?: NamespaceFds | undefined;
  /** What it finds of signals when it starts; by default none is ignored or blocked. */
  readonly signals?: LaunchSignals | undefined;
  /** What the command is told that it is called: its name by default. */
  readonly argv0?: string | undefined;
  /** Whom it runs as: a name. Only root may say so. */
  readonly user?: string | undefined;
  /** Processes that run already, to be traced beside the command. */
  readonly attach?: AttachRequest | undefined;
}

/** Processes that run already, and are traced from now on. */
export interface AttachRequest {
  readonly pids: readonly number[];
  /** They end with Renacer, as a command does. By default they are left running. */
  readonly killOnExit?: boolean | undefined;
  /** One of them is about to execute a command, and is traced from there on. */
  readonly awaitsExec?: number | undefined;
  /** Lets them go. */
  readonly leave?: AbortSignal | undefined;
  /** Told which of them are traced, and for what reasons others can't be. */
  readonly onAttached?: ((attached: readonly AttachedProcess[], refusals: readonly string[]) => void) | undefined;
}

/** A tree that does nothing. */
export interface IdleTree {
  readonly idleMs: number;
  /** What was injected last. */
  readonly last: InjectedFault;
}

export interface RunStart {
  readonly pid: number;
  readonly seed: number;
}
