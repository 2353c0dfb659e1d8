import type { RenacerError } from './errors.ts';
import type { NetworkFault, NetworkFaultPlace, NetworkUse } from './network-use.ts';
import type { Outcome } from './outcome.ts';
import type { PhaseUse, ProbeUse } from './scenario.ts';
import type { ScheduleUse, Switch } from './schedule.ts';
import type { StackFrame } from './stack-frame.ts';

/** The version of the JSON report. It grows when a reader of the older form would misread the newer one. */
export const REPORT_SCHEMA_VERSION = 1;

/** What became of a signal that was injected. */
export type SignalFate = 'handled' | 'ignored' | 'blocked' | 'died' | 'unknown';

/** Where in the life of the program something was injected: it holds again in another run with the same seed. */
export interface Coordinate {
  /** Path of births of the task: `0` the command itself, `0.1` its first child or thread, ... */
  readonly lineage: string;
  /** The call at (or, for signals between calls, after) which it was injected; undefined where none was reached yet. */
  readonly syscall: string | undefined;
  /** Which call of that name of its task (from 1); for signals, which of all its calls. */
  readonly ordinal: number;
}

interface InjectedBase {
  /** What asked for it: the name of the option or the rule. */
  readonly rule: string;
  readonly at: Coordinate;
  readonly tid: number;
  /** Milliseconds since the start of the command. */
  readonly timeMs: number;
}

/** A signal of `signal_injection`. */
export interface InjectedSignal extends InjectedBase {
  readonly kind: 'signal';
  /** `call`: counted in the task's own system calls, so that it comes again; `time`: the task made no call for long. */
  readonly moment: 'call' | 'time';
  readonly signal: string;
  readonly fate: SignalFate;
  /** A remark on how such a program treats this signal, for people. */
  readonly note?: string | undefined;
}

/** A fault of a system call, by a rule. */
export interface InjectedCallFault extends InjectedBase {
  readonly kind: 'call';
  /** In the words of a rule: `error=EIO`, `short=0.5`. */
  readonly fault: string;
  /** Where in its program the task was, from the innermost function; undefined where that was not asked for. */
  readonly stack?: readonly StackFrame[] | undefined;
}

/** What was done to a packet or a connection. Its place is that of another run with the same seed. */
export interface InjectedPacketFault extends Omit<NetworkFault, 'kind' | 'time'> {
  readonly kind: 'packet';
  readonly fault: NetworkFault['kind'];
  readonly timeMs: number;
}

/** One fault that was really injected. */
export type InjectedFault = InjectedSignal | InjectedCallFault | InjectedPacketFault;

/** How a rule fared over the whole run. */
export interface RuleUse {
  readonly rule: string;
  /** Calls that met its conditions. */
  readonly eligible: number;
  readonly fired: number;
  /** Chosen, but the kernel could not have done it to that call. */
  readonly impossible: number;
  /** What came nearest to it, and why it did not fire, for people; undefined if it fired. */
  readonly nearest?: string | undefined;
}

/** A recorded fault of a system call that did not come again. */
export interface MissedCallFault {
  readonly task: string;
  readonly syscall: string;
  readonly ordinal: number;
  /** In the words of a rule, or the name of a signal. */
  readonly fault: string;
  /** Where the run diverged, for people. */
  readonly reason: string;
}

/** A recorded fault of the network that did not come again. */
export interface MissedNetworkFault extends NetworkFaultPlace {
  /** Where the run diverged, for people. */
  readonly reason: string;
  /** A packet of a TCP connection that came with fewer packets: how many there are of its data depends on time as well. */
  readonly byTime: boolean;
}

/** A recorded switch between tasks that was not made again. */
export interface MissedSwitch extends Switch {
  /** Where the run diverged, for people. */
  readonly reason: string;
}

export type MissedFault = MissedCallFault | MissedNetworkFault | MissedSwitch;

/** How a replay went: faults and switches. */
export interface ReplayUse {
  readonly recorded: number;
  readonly injected: number;
  /** In the order in which they had been injected, those of the network behind them, and switches last. */
  readonly missed: readonly MissedFault[];
}

export interface MemoryUse {
  readonly backend: string;
  readonly failure: 'oom-kill' | 'enomem';
  /** Outside of phases; where only phases set one, the lowest of theirs. */
  readonly limitBytes: number;
  /** The lowest limit that a phase has set; undefined if none has. */
  readonly phaseLimitBytes?: number | undefined;
  /** The highest use of the whole tree; undefined where the backend can't tell. */
  readonly peakBytes: number | undefined;
  /** Processes that the kernel's OOM killer ended; undefined where the backend can't tell. */
  readonly oomKills: number | undefined;
}

export interface CpuUse {
  readonly backend: string;
  /** As a fraction of one CPU. */
  readonly limitFraction: number;
  /** CPU time over wall time, of the whole tree. */
  readonly gotFraction: number | undefined;
  readonly usedMs: number | undefined;
  readonly throttledMs: number | undefined;
}

export interface TimeoutUse {
  readonly limitMs: number;
  /** It is the default timeout of runs with random faults. */
  readonly byDefault: boolean;
  readonly reached: boolean;
  /** True if SIGTERM was not enough, and SIGKILL followed. */
  readonly killed: boolean;
}

/** What limited the run; a limit that was not asked for is undefined. */
export interface LimitsUse {
  readonly memory: MemoryUse | undefined;
  readonly cpu: CpuUse | undefined;
  readonly timeout: TimeoutUse | undefined;
}

/** A shell command that looked at what the run left behind. */
export interface CheckUse {
  readonly command: string;
  /** `success`: it is for a command that exited with 0; `always`: for any end. */
  readonly after: 'success' | 'always';
  /** Its exit status, 128+n if a signal ended it; undefined if it was not run. */
  readonly status: number | undefined;
  /** What it wrote to stdout and stderr, in this order; the end of it, if that was much. */
  readonly output: string;
  /** Why it was not run, for people. */
  readonly skipped: string | undefined;
}

/** The command of `cleanup`, which is run when the run is over, whatever happened. */
export interface CleanUpUse {
  readonly command: string;
  /** Its exit status, 128+n if a signal ended it. */
  readonly status: number;
  /** What it wrote to stdout and stderr, in this order; the end of it, if that was much. */
  readonly output: string;
}

/** A process of the tree that died of a signal like SIGSEGV or SIGABRT, which nobody had sent to it. */
export interface Crash {
  /** The name of the program (/proc/PID/comm). */
  readonly program: string;
  readonly signal: string;
  readonly pid: number;
  /** Path of births of the task: `0` is the command itself. */
  readonly lineage: string;
  /** The system call that it was in; undefined if its own code got the signal. */
  readonly syscall: string | undefined;
  /** The file that its code was from, and where in it: `libc.so.6+0x9eb2c`; undefined where that can't be told. */
  readonly code: string | undefined;
  /** Where in its program it was, from the innermost function; undefined where that was not asked for. */
  readonly stack: readonly StackFrame[] | undefined;
}

/** A call that a task made again and again up to the end, and that met the same fault each time. */
export interface Spin {
  readonly lineage: string;
  readonly syscall: string;
  /** In the words of a rule: `error=EMFILE`. */
  readonly fault: string;
  /** How many times in a row. */
  readonly times: number;
}

/** A process that had moved itself out of the control groups of its run. */
export interface EscapedProcess {
  readonly pid: number;
  /** The name of its program (/proc/PID/comm), when it was found. */
  readonly name: string;
}

/** Calls of one name. */
export interface SyscallSummary {
  readonly name: string;
  readonly calls: number;
  /** Undefined where only the entries of calls were watched. */
  readonly errors: number | undefined;
  /** Seconds of wall time between entry and exit, summed. Undefined as above. */
  readonly seconds: number | undefined;
}

export interface TraceSummary {
  /** `none`: the run needed no tracing, so nothing was counted. */
  readonly engine: 'none' | 'ptrace' | 'ebpf';
  /** By name, the most frequent first. Empty where nothing was traced. */
  readonly syscalls: readonly SyscallSummary[];
  readonly signals: number;
  readonly tasks: number;
  /** How many times a task was held by a delay of ours. */
  readonly delays: number;
  /** Events that were lost, since they came faster than they could be read: eBPF does not wait. The counts are complete. */
  readonly lost: number;
}

/** Which mechanism serves each part of the run, by its name: `{ memory: 'cgroup v2', tree: 'cgroup v1', trace: 'ptrace+seccomp' }`. */
export type Backends = Readonly<Record<string, string>>;

/** How a run went. The failure of the target is here, never thrown. */
export interface RunResult {
  readonly command: readonly string[];
  readonly seed: number;
  /** The configuration in the form of the JSON file, or undefined if no chaos was asked for. */
  readonly config: Readonly<Record<string, unknown>> | undefined;
  readonly backends: Backends;
  readonly outcome: Outcome;
  /** Exit status of the command; undefined if a signal ended it. */
  readonly exitCode: number | undefined;
  /** Name of the signal that ended it. */
  readonly signal: string | undefined;
  readonly durationMs: number;
  readonly limits: LimitsUse;
  /** What passed over an impaired network; undefined if it was not impaired. */
  readonly network: NetworkUse | undefined;
  /** In the order of time: all of them, or of very many the first and the last. */
  readonly faults: readonly InjectedFault[];
  /** How many of them were left out between these. */
  readonly omittedFaults: number;
  /** The one of them that ended the command, where that is known. */
  readonly decisiveFault: InjectedFault | undefined;
  readonly rules: readonly RuleUse[];
  /** Undefined unless one task ran at a time. */
  readonly schedule: ScheduleUse | undefined;
  /** Undefined unless the run is a replay. */
  readonly replay: ReplayUse | undefined;
  /** Those of `verify` and `verifyAlways`, in this order. */
  readonly checks: readonly CheckUse[];
  /** In the order in which they began; empty without. */
  readonly phases: readonly PhaseUse[];
  /** Those of the steady state, in the order of the configuration. */
  readonly probes: readonly ProbeUse[];
  /** Undefined if none was asked for. */
  readonly cleanup: CleanUpUse | undefined;
  /** Known where calls are traced or injected into; empty elsewhere, and under eBPF. */
  readonly crashes: readonly Crash[];
  /** Undefined unless the run ended so. */
  readonly spin: Spin | undefined;
  /** Whether anything was written to stderr; undefined where that can't be known. */
  readonly wroteToStderr: boolean | undefined;
  readonly trace: TraceSummary;
  /** Undefined for `survived`; else why it did not, for people: it names "memory", "timeout" or "signal" where that ended it. */
  readonly error: RenacerError | undefined;
  /** The shell command that makes the same run again. */
  readonly again: string;
  /** The strace command that injects the same, where there is one. */
  readonly strace: string | undefined;
  /** Processes that left the control groups of the run, so that its limits did not hold them; they were ended with the run. */
  readonly escaped: readonly EscapedProcess[];
  /** What could not be removed at the end: control groups whose processes hang in the kernel, in words. */
  readonly left: readonly string[];
  /** Why a file of Renacer's own (the recording) is not whole, for people; undefined if nothing went wrong. */
  readonly unwritten: string | undefined;
  /** Captured output, where `stdio` asked for it. */
  readonly stdout: string | undefined;
  readonly stderr: string | undefined;
}
