import type { NetworkFaultKind, NetworkFaultPlace, NetworkUse, PacketCounts } from '../model/network-use.ts';
import type { Outcome } from '../model/outcome.ts';
import {
  type InjectedFault,
  type MissedFault,
  REPORT_SCHEMA_VERSION,
  type RunResult,
  type SignalFate,
  type Spin,
  type SyscallSummary,
} from '../model/run-result.ts';
import { type FrameRecord, frameRecord } from './frame-record.ts';

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
  replay: {
    recorded: number;
    injected: number;
    missed: (ReportMissedCall | ReportMissedPacket)[];
  } | null;
  checks: {
    command: string;
    after: 'success' | 'always';
    status: number | null;
    output: string;
    skipped: string | null;
  }[];
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
  unwritten: string | null;
}

type ReportCounts = { -readonly [K in Exclude<keyof PacketCounts, 'throttledBytes'>]: number } & {
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

interface ReportMissedCall {
  task: string;
  syscall: string;
  ordinal: number;
  fault: string;
  reason: string;
}

/** The place of a fault of the network: the same in a file of recorded faults. */
interface ReportPacketPlace {
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

interface ReportMissedPacket extends ReportPacketPlace {
  reason: string;
  by_time: boolean;
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

/** The result of a run in the form of the JSON report (schema/report.json). */
export function toReport(result: RunResult): Report {
  const { memory, cpu, timeout } = result.limits;
  return {
    schema_version: REPORT_SCHEMA_VERSION,
    command: [...result.command],
    seed: result.seed,
    config: result.config ? { ...result.config } : null,
    backends: { ...result.backends },
    outcome: result.outcome,
    reason: result.error ? { code: result.error.code, message: result.error.message } : null,
    exit_code: result.exitCode ?? null,
    signal: result.signal ?? null,
    duration_ms: rounded(result.durationMs),
    limits: {
      memory: memory
        ? {
            backend: memory.backend,
            failure: memory.failure,
            limit_bytes: memory.limitBytes,
            peak_bytes: memory.peakBytes ?? null,
            oom_kills: memory.oomKills ?? null,
          }
        : null,
      cpu: cpu
        ? {
            backend: cpu.backend,
            limit_fraction: cpu.limitFraction,
            got_fraction: cpu.gotFraction === undefined ? null : rounded(cpu.gotFraction),
            used_ms: cpu.usedMs === undefined ? null : rounded(cpu.usedMs),
            throttled_ms: cpu.throttledMs === undefined ? null : rounded(cpu.throttledMs),
          }
        : null,
      timeout: timeout
        ? {
            limit_ms: timeout.limitMs,
            by_default: timeout.byDefault,
            reached: timeout.reached,
            killed: timeout.killed,
          }
        : null,
    },
    network: result.network ? reportNetwork(result.network) : null,
    faults: result.faults.map(reportFault),
    omitted_faults: result.omittedFaults,
    decisive_fault: result.decisiveFault ? result.faults.indexOf(result.decisiveFault) : null,
    rules: result.rules.map((use) => ({ ...use, nearest: use.nearest ?? null })),
    replay: result.replay ? { ...result.replay, missed: result.replay.missed.map(reportMissed) } : null,
    checks: result.checks.map((check) => ({
      ...check,
      status: check.status ?? null,
      skipped: check.skipped ?? null,
    })),
    crashes: result.crashes.map(({ program, signal, pid, lineage, syscall, code, stack }) => ({
      program,
      signal,
      pid,
      task: lineage,
      syscall: syscall ?? null,
      code: code ?? null,
      stack: stack?.map(frameRecord) ?? null,
    })),
    spin: result.spin ? reportSpin(result.spin) : null,
    wrote_to_stderr: result.wroteToStderr ?? null,
    trace: {
      engine: result.trace.engine,
      syscalls: result.trace.syscalls.map(reportSyscall),
      signals: result.trace.signals,
      tasks: result.trace.tasks,
      delays: result.trace.delays,
      lost: result.trace.lost,
    },
    again: result.again,
    strace: result.strace ?? null,
    unwritten: result.unwritten ?? null,
  };
}

function reportSpin({ lineage, syscall, fault, times }: Spin): NonNullable<Report['spin']> {
  return { task: lineage, syscall, fault, times };
}

function reportFault(fault: InjectedFault): ReportFault {
  if (fault.kind === 'packet') {
    return { kind: fault.kind, ...packetPlace({ ...fault, kind: fault.fault }), time_ms: rounded(fault.timeMs) };
  }
  const base = {
    rule: fault.rule,
    task: fault.at.lineage,
    syscall: fault.at.syscall ?? null,
    ordinal: fault.at.ordinal,
    pid: fault.tid,
    time_ms: rounded(fault.timeMs),
  };
  if (fault.kind === 'call') {
    return { kind: fault.kind, ...base, fault: fault.fault, stack: fault.stack?.map(frameRecord) ?? null };
  }
  return {
    kind: fault.kind,
    ...base,
    moment: fault.moment,
    signal: fault.signal,
    fate: fault.fate,
    note: fault.note ?? null,
  };
}

function packetPlace(place: NetworkFaultPlace): ReportPacketPlace {
  const { kind, rule, flow, service, direction, stream, packet, due, lookup } = place;
  return {
    rule,
    fault: kind,
    flow,
    service,
    direction,
    stream,
    packet,
    after_bytes: due && 'bytes' in due ? due.bytes : null,
    after_ms: due && 'ms' in due ? due.ms : null,
    name: lookup?.name ?? null,
    lookup: lookup?.ordinal ?? null,
  };
}

function reportMissed(missed: MissedFault): ReportMissedCall | ReportMissedPacket {
  if (!('flow' in missed)) return { ...missed };
  return { ...packetPlace(missed), reason: missed.reason, by_time: missed.byTime };
}

function reportNetwork({ backend, notes, groups, flows }: NetworkUse): ReportNetwork {
  return {
    backend,
    notes: [...notes],
    groups: groups.map((group) => ({ ...group, to: packetCounts(group.to), from: packetCounts(group.from) })),
    flows: flows.map(({ begunByTree, to, from, ...flow }) => ({
      ...flow,
      begun_by_tree: begunByTree,
      to: packetCounts(to),
      from: packetCounts(from),
    })),
  };
}

function packetCounts({ throttledBytes, ...counts }: PacketCounts): ReportCounts {
  return { ...counts, throttled_bytes: throttledBytes };
}

function reportSyscall({ name, calls, errors, seconds }: SyscallSummary): Report['trace']['syscalls'][number] {
  return { name, calls, errors: errors ?? null, seconds: seconds ?? null };
}

/** To a thousandth: more would be noise. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
