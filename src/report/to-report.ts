import type { NetworkFaultPlace, NetworkUse, PacketCounts } from '../model/network-use.ts';
import {
  type InjectedFault,
  type MissedFault,
  REPORT_SCHEMA_VERSION,
  type RunResult,
  type Spin,
  type SyscallSummary,
} from '../model/run-result.ts';
import type { PhaseTurn, PhaseUse, ProbeUse } from '../model/scenario.ts';
import type { ScheduleUse } from '../model/schedule.ts';
import { frameRecord } from './frame-record.ts';
import type {
  Report,
  ReportCounts,
  ReportFault,
  ReportMissedCall,
  ReportMissedPacket,
  ReportMissedSwitch,
  ReportNetwork,
  ReportPacketPlace,
  ReportPhase,
  ReportProbe,
  ReportSchedule,
  ReportTurn,
} from './json-report.ts';

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
            phase_limit_bytes: memory.phaseLimitBytes ?? null,
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
    schedule: result.schedule ? reportSchedule(result.schedule) : null,
    replay: result.replay ? { ...result.replay, missed: result.replay.missed.map(reportMissed) } : null,
    checks: result.checks.map((check) => ({
      ...check,
      status: check.status ?? null,
      skipped: check.skipped ?? null,
    })),
    phases: result.phases.map(reportPhase),
    probes: result.probes.map(reportProbe),
    cleanup: result.cleanup ? { ...result.cleanup } : null,
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
    escaped: result.escaped.map((one) => ({ ...one })),
    left: [...result.left],
    unwritten: result.unwritten ?? null,
  };
}

function reportPhase({ name, instance, beganMs, endedMs, began, ended, over, error }: PhaseUse): ReportPhase {
  return {
    name,
    instance,
    began_ms: rounded(beganMs),
    ended_ms: endedMs === undefined ? null : rounded(endedMs),
    began: reportTurn(began),
    ended: ended ? reportTurn(ended) : null,
    over: [...over],
    error: error ?? null,
  };
}

function reportTurn({ why, exact, at }: PhaseTurn): ReportTurn {
  return { why, exact, at: at ? { task: at.task, call: at.call, nth: at.nth } : null };
}

function reportProbe({ name, checks, asked, recoveredMs, withinMs }: ProbeUse): ReportProbe {
  return {
    name,
    checks: checks.map(({ when, ms, ok, said }) => ({
      when,
      ms: rounded(ms),
      ok: ok === 'unknown' ? null : ok,
      said,
    })),
    asked,
    recovered_ms: recoveredMs === undefined ? null : rounded(recoveredMs),
    within_ms: withinMs ?? null,
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

function reportSchedule(use: ScheduleUse): ReportSchedule {
  const { strategy, points, choices, switches, omittedSwitches, forced, notExact, pointsRefused, deadlock } = use;
  return {
    strategy,
    points,
    choices,
    switches: switches.map((made) => ({ ...made })),
    omitted_switches: omittedSwitches,
    forced,
    exact: notExact.length === 0,
    not_exact: [...notExact],
    points_refused: [...pointsRefused],
    deadlock:
      deadlock?.map(({ task, program, waitsFor, heldBy }) => ({
        task,
        program,
        waits_for: waitsFor,
        held_by: heldBy ?? null,
      })) ?? null,
  };
}

function reportMissed(missed: MissedFault): ReportMissedCall | ReportMissedPacket | ReportMissedSwitch {
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
