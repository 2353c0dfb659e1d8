import type { RandomSettings } from '../faults/random-kinds.ts';
import type { Rule } from '../faults/rule.ts';
import type { RuleJson as FaultRule } from '../faults/rule-json.ts';
import type { ResetMoment } from '../model/network-use.ts';
import type { PhaseOf, Probe, Trigger } from '../model/scenario.ts';
import type { SchedulePoints, ScheduleStrategy } from '../model/schedule.ts';

export type { FaultRule };

/**
 * What a chaos configuration says, as plain data: durations in milliseconds (to the microsecond), sizes in bytes,
 * rates and fractions from 0 to 1. What is left out is not asked for. Each option is described once, in the options.ts of its tier.
 */
export interface ChaosSettings
  extends BasicSettings,
    NetworkSettings,
    ByzantineTierSettings,
    ScheduleSettings,
    ScenarioSettings {}

export const MEMORY_FAILURES = ['oom-kill', 'enomem'] as const;
export type MemoryFailure = (typeof MEMORY_FAILURES)[number];

/** The signals that chaos injects where a configuration names none. */
export const DEFAULT_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGUSR1'] as const;

export interface BasicSettings {
  readonly memoryLimit?: number;
  readonly memoryFailure?: MemoryFailure;
  /** Fraction of one CPU. 0 is the smallest fraction that can be enforced, not "unlimited". */
  readonly cpuLimit?: number;
  /** 0: no timeout. */
  readonly timeoutMs?: number;
  readonly killAfterMs?: number;
  readonly hangAfterMs?: number;
  readonly signalInjection?: boolean;
  /** Names with `SIG`. */
  readonly signals?: readonly string[];
  readonly signalRate?: number;
  readonly seed?: number;
}

export const JITTER_DISTRIBUTIONS = ['uniform', 'normal', 'pareto'] as const;
export const DIRECTIONS = ['to', 'from', 'both'] as const;
export const DNS_FAILURES = ['timeout', 'fail'] as const;
export const NETWORK_BACKENDS = ['auto', 'packets', 'namespace', 'syscalls'] as const;

/** Loss in bursts, after Gilbert and Elliott: chances per packet to enter and leave a burst, and of loss in it and outside. */
export interface LossBursts {
  readonly enter: number;
  readonly leave: number;
  /** Default 1. */
  readonly inside?: number;
  /** Default 0. */
  readonly outside?: number;
}

/** What a network does to packets and connections, and to which of them. */
export interface NetworkConditions {
  readonly networkLatencyMs?: number;
  readonly networkJitterMs?: number;
  readonly networkDistribution?: (typeof JITTER_DISTRIBUTIONS)[number];
  readonly networkCorrelation?: number;
  readonly packetLossRate?: number;
  readonly packetLossBursts?: LossBursts;
  readonly packetDuplicateRate?: number;
  readonly packetReorderRate?: number;
  readonly packetCorruptRate?: number;
  readonly bandwidthBytesPerSec?: number;
  readonly connectionDropRate?: number;
  /** Bytes that a connection carries, or milliseconds that it is open, until it is dropped. */
  readonly connectionDropAfter?: ResetMoment;
  readonly connectionRefuseRate?: number;
  readonly partition?: boolean;
  readonly dnsFailureRate?: number;
  readonly dnsFailure?: (typeof DNS_FAILURES)[number];
  readonly networkTo?: readonly string[];
  readonly networkDirection?: (typeof DIRECTIONS)[number];
}

export interface NetworkSettings extends NetworkConditions {
  /** Conditions for some targets only, beside those above for all. */
  readonly networkRules?: readonly NetworkConditions[];
  readonly ioLatencyMs?: number;
  readonly networkBackend?: (typeof NETWORK_BACKENDS)[number];
  /** Ports of the host's loopback that a tree in a network namespace of its own is to reach. */
  readonly networkHostPorts?: readonly string[];
}

/** Random mode: each eligible call may meet a fault. */
export type ByzantineSettings = RandomSettings;

/** When faults begin: at exec, at the program's own entry point, or so many milliseconds after the start. */
export type FaultsFrom = 'exec' | 'entry' | number;

export interface ByzantineTierSettings {
  readonly byzantine?: ByzantineSettings;
  readonly rules?: readonly Rule[];
  /** Simulated kernel bugs, `NAME[:...]`. */
  readonly bugs?: readonly string[];
  readonly faultsFrom?: FaultsFrom;
}

/** The order in which tasks run. */
export interface ScheduleSettings {
  readonly schedule?: ScheduleStrategy;
  readonly schedulePoints?: SchedulePoints;
  readonly scheduleDepth?: number;
}

/** What a phase may set: all that can change while a command runs. */
export type PhaseSettings = Omit<ChaosSettings, WholeRunSetting>;
export type Phase = PhaseOf<PhaseSettings>;

/** Settings that a run has from its begin to its end. */
export type WholeRunSetting =
  | 'timeoutMs'
  | 'killAfterMs'
  | 'hangAfterMs'
  | 'seed'
  | 'networkBackend'
  | 'networkHostPorts'
  | 'faultsFrom'
  | 'schedulePoints'
  | keyof ScenarioSettings;

/** What happens when, what must hold, and what ends it. */
export interface ScenarioSettings {
  readonly phases?: readonly Phase[];
  readonly steadyState?: SteadyState;
  /** Any of these ends the run. */
  readonly abortOn?: readonly Trigger[];
  /** A shell command that is run when the run is over, whatever happened. */
  readonly cleanup?: string;
}

export interface SteadyState {
  readonly probes?: readonly Probe[];
}
