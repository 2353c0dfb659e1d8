import type { SignalPlan } from '../../chaos/basic/signal-injection.ts';
import type { EmulationPlan } from '../../chaos/network/syscalls/shared/relay-requests.ts';
import type { GatePlan } from '../../chaos/scenario/phase-gate.ts';
import type { FaultPlan } from '../../faults/fault-plan.ts';
import type { ReplayPlan } from '../../faults/replay-policy.ts';
import type { Stillness } from '../../faults/still/index.ts';
import type { LaunchSpec } from '../../linux/launch-spec.ts';
import type { SharedLineFile } from '../../linux/line-file.ts';
import type { DescriptorDetail } from '../../model/capture.ts';
import type { SchedulePoints, ScheduleStrategy, Switch } from '../../model/schedule.ts';
import type { Dumps } from '../../syscalls/descriptor-set.ts';
import type { StopMethod } from '../../tracer/following.ts';
import type { PhasesPlan } from '../phases/phases-plan.ts';

/** Who may trace: a stop loop, the kernel by itself, or what is best here. */
export const ENGINE_CHOICES = ['auto', 'ptrace', 'ebpf'] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** How the engine's thread follows the tree; undefined in a plan that needs limits alone, which does not ptrace at all. */
export interface TracingPlan {
  readonly method: StopMethod;
  /** The kernel traces by itself, and nothing stops. */
  readonly kernel?: KernelPlan | undefined;
  /** Why it does not, where that would have been better. */
  readonly kernelObstacle?: string | undefined;
  /** All tasks of the tree. Without, only the command's first task is traced, and the method is `ptrace`. */
  readonly follow: boolean;
  /** A task is let go when it calls execve; the method is `ptrace`. */
  readonly untilExec?: boolean | undefined;
  /** Machine code takes the stops that need no decision, where it can; else every stop is handled by the stop loop itself. */
  readonly walksStops: boolean;
  /** The calls that are asked for. */
  readonly selected: 'all' | 'none' | readonly number[];
  /** Their events are wanted, not only counts. */
  readonly events: boolean;
  /** Their errors and times are wanted. */
  readonly timed: boolean;
  /** Bytes of strings and data that are captured. */
  readonly stringLimit: number;
  /** Environments are captured too. */
  readonly verbose: boolean;
  /** What file descriptors are is captured too. */
  readonly fdPaths: boolean;
  /** And this of them. */
  readonly descriptorDetails: readonly DescriptorDetail[];
  /** All data that pass through these descriptors are captured. */
  readonly dumps: Dumps | undefined;
  /** The names of processes are captured too. */
  readonly processNames: boolean;
  /** Where in their programs tasks make calls is found out too. */
  readonly callSites?: CallSitesPlan | undefined;
  readonly signals: SignalPlan | undefined;
  readonly faults: FaultPlan | undefined;
  /** Instead of the two above. */
  readonly replay: ReplayPlan | undefined;
  /** A network that is emulated at the system calls. */
  readonly emulation: EmulationPlan | undefined;
  readonly ioLatencyMs: number | undefined;
  /** One task runs at a time. */
  readonly schedule?: SchedulePlan | undefined;
  /** What holds in phases only, or outside of them. */
  readonly phased?: readonly PhasedInjection[] | undefined;
  /** The phases of the run, whose machine the engine runs. */
  readonly phases?: PhasesPlan | undefined;
  /** What stands still. */
  readonly still?: Stillness | undefined;
}

/** What is injected while a gate is open. */
export interface PhasedInjection {
  readonly gate: GatePlan;
  readonly signals: SignalPlan | undefined;
  readonly faults: FaultPlan | undefined;
  readonly ioLatencyMs: number | undefined;
}

/** Who runs next. */
export interface SchedulePlan {
  readonly seed: number;
  readonly strategy: ScheduleStrategy;
  readonly points: SchedulePoints;
  readonly depth: number;
  /** Other strategies in phases. */
  readonly phased?: readonly PhasedStrategy[] | undefined;
  /** Those of a recording, instead of what the strategy says. */
  readonly switches?: readonly Switch[] | undefined;
}

export interface PhasedStrategy {
  readonly gate: GatePlan;
  readonly strategy: ScheduleStrategy;
  readonly depth: number;
}

export interface CallSitesPlan {
  /** The most frames of a stack; with 0 only instruction pointers are read. */
  readonly frames: number;
  /** Lines of sources are looked up too. */
  readonly sources: boolean;
}

/** Processes that run already. */
export interface AttachPlan {
  readonly pids: readonly number[];
  /** They end with Renacer, as a command does; else they are left running. */
  readonly killOnExit: boolean;
  /** One of them is about to execute a command: all that it does before is ours. Only its first task is traced. */
  readonly awaitsExec?: number | undefined;
}

/** Traces from within the kernel. */
export interface KernelPlan {
  /** The directory of the run's group in cgroup v2. */
  readonly group: string;
}

/** All that the engine's thread is told: it can be sent to a worker. */
export interface EnginePlan {
  /** Without it, processes that run already are traced, and nothing is started. */
  readonly launch: Omit<LaunchSpec, 'filter' | 'noNewPrivileges'> | undefined;
  readonly attach?: AttachPlan | undefined;
  readonly tracing: TracingPlan | undefined;
  /** Each fault and signal is written to it as it is injected. */
  readonly record?: SharedLineFile | undefined;
  /** The memory of a LaunchGate that the command is held at. */
  readonly gate?: SharedArrayBuffer | undefined;
  /** The event ring: memory of this process, or a ring buffer of the kernel; and a control block beside it (see CONTROL). */
  readonly ring: {
    readonly address: number;
    readonly size: number;
    readonly kernelFd: number | undefined;
    readonly control: SharedArrayBuffer;
  };
}

/** What was counted of one number; `errors` and `seconds` are zero unless the plan asked for times. */
export interface CountedCall {
  readonly nr: number;
  readonly calls: number;
  readonly errors: number;
  readonly seconds: number;
}
