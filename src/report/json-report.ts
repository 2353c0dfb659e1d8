import type { NetworkFaultKind, PacketCounts } from '../model/network-use.ts';
import type { Outcome } from '../model/outcome.ts';
import type { REPORT_SCHEMA_VERSION, SignalFate } from '../model/run-result.ts';
import type { ProbeMoment } from '../model/scenario.ts';
import type { SchedulePoints, ScheduleUse } from '../model/schedule.ts';
import type { FrameRecord } from './frame-record.ts';

/** The JSON report, version 1. Absent values are null, so that every report has every key. */
export interface Report {
  schema_version: typeof REPORT_SCHEMA_VERSION;
  command: string[];
  seed: number;
  config: Record<string, unknown> | null;
  backends: Record<string, string>;
  outcome: Outcome;
  reason: { code: string; message: string } | null;
  exit_code: number | null;
  signal: string | null;
  duration_ms: number;
  limits: {
    memory: {
      backend: string;
      failure: 'oom-kill' | 'enomem';
      limit_bytes: number;
      phase_limit_bytes: number | null;
      peak_bytes: number | null;
      oom_kills: number | null;
    } | null;
    cpu: {
      backend: string;
      limit_fraction: number;
      got_fraction: number | null;
      used_ms: number | null;
      throttled_ms: number | null;
    } | null;
    timeout: { limit_ms: number; by_default: boolean; reached: boolean; killed: boolean } | null;
  };
  network: ReportNetwork | null;
  faults: ReportFault[];
  omitted_faults: number;
  decisive_fault: number | null;
  rules: { rule: string; eligible: number; fired: number; impossible: number; nearest: string | null }[];
  schedule: ReportSchedule | null;
  replay: {
    recorded: number;
    injected: number;
    missed: (ReportMissedCall | ReportMissedPacket | ReportMissedSwitch)[];
  } | null;
  checks: {
    command: string;
    after: 'success' | 'always';
    status: number | null;
    output: string;
    skipped: string | null;
  }[];
  phases: ReportPhase[];
  probes: ReportProbe[];
  cleanup: { command: string; status: number; output: string } | null;
  crashes: {
    program: string;
    signal: string;
    pid: number;
    task: string;
    syscall: string | null;
    code: string | null;
    stack: FrameRecord[] | null;
  }[];
  spin: { task: string; syscall: string; fault: string; times: number } | null;
  wrote_to_stderr: boolean | null;
  trace: {
    engine: 'none' | 'ptrace' | 'ebpf';
    syscalls: { name: string; calls: number; errors: number | null; seconds: number | null }[];
    signals: number;
    tasks: number;
    delays: number;
    lost: number;
  };
  again: string;
  strace: string | null;
  escaped: { pid: number; name: string }[];
  left: string[];
  unwritten: string | null;
}

export interface ReportTurn {
  why: string;
  exact: boolean;
  at: { task: string; call: string; nth: number } | null;
}

/** One instance of a phase. */
export interface ReportPhase {
  name: string;
  instance: number;
  began_ms: number;
  ended_ms: number | null;
  began: ReportTurn;
  ended: ReportTurn | null;
  over: string[];
  error: string | null;
}

export interface ReportProbe {
  name: string;
  checks: { when: ProbeMoment; ms: number; ok: boolean | null; said: string }[];
  asked: number;
  recovered_ms: number | null;
  within_ms: number | null;
}

export type ReportCounts = { -readonly [K in Exclude<keyof PacketCounts, 'throttledBytes'>]: number } & {
  throttled_bytes: number;
};

/** What passed over an impaired network. `to` is what the tree sent, `from` what it received. */
export interface ReportNetwork {
  backend: string;
  notes: string[];
  groups: {
    protocol: string;
    service: string;
    flows: number;
    to: ReportCounts;
    from: ReportCounts;
    resets: number;
    refusals: number;
  }[];
  flows: {
    id: string;
    protocol: string;
    initiator: string;
    service: string;
    begun_by_tree: boolean;
    to: ReportCounts;
    from: ReportCounts;
    reset: boolean;
    refused: boolean;
  }[];
}

export interface ReportMissedCall {
  task: string;
  syscall: string;
  ordinal: number;
  fault: string;
  reason: string;
}

/** The place of a fault of the network: the same in a file of recorded faults. */
export interface ReportPacketPlace {
  rule: string;
  fault: NetworkFaultKind;
  flow: string;
  service: string;
  direction: 'to' | 'from';
  stream: 'data' | 'ack';
  packet: number;
  after_bytes: number | null;
  after_ms: number | null;
  name: string | null;
  lookup: number | null;
}

export interface ReportMissedPacket extends ReportPacketPlace {
  reason: string;
  by_time: boolean;
}

export interface ReportSwitch {
  task: string;
  point: number;
  why: string;
  to: string;
}

export interface ReportMissedSwitch extends ReportSwitch {
  reason: string;
}

/** The order in which tasks ran. */
export interface ReportSchedule {
  strategy: ScheduleUse['strategy'];
  points: SchedulePoints;
  choices: number;
  switches: ReportSwitch[];
  omitted_switches: number;
  forced: number;
  exact: boolean;
  not_exact: string[];
  points_refused: string[];
  deadlock: { task: string; program: string; waits_for: string; held_by: string | null }[] | null;
}

interface ReportFaultBase {
  rule: string;
  task: string;
  syscall: string | null;
  ordinal: number;
  pid: number;
  time_ms: number;
}

export type ReportFault =
  | ({
      kind: 'signal';
      moment: 'call' | 'time';
      signal: string;
      fate: SignalFate;
      note: string | null;
    } & ReportFaultBase)
  | ({ kind: 'call'; fault: string; stack: FrameRecord[] | null } & ReportFaultBase)
  | ({ kind: 'packet'; time_ms: number } & ReportPacketPlace);
