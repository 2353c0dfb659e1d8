import os from 'node:os';
import type { ExploreRequest, ExploreResult, OrderFinding, TaskAtSwitch } from '../model/explore.ts';
import type { StackFrame } from '../model/stack-frame.ts';
import {
  EXPLORE_REPORT_VERSION,
  type ExploreReport,
  type ExploreReportFinding,
  type ReportTask,
} from './explore-report.ts';
import { type FrameRecord, frameRecord } from './frame-record.ts';

/** The result of an exploration in the form of its JSON report (schema/explore-report.schema.json). `version` is Renacer's. */
export function toExploreReport(result: ExploreResult, request: ExploreRequest, version: string): ExploreReport {
  return {
    schema_version: EXPLORE_REPORT_VERSION,
    renacer: version,
    node: process.version,
    kernel: os.release(),
    command: [...result.command],
    input: request.input,
    options: optionsOf(request),
    plan: result.plan,
    duration_ms: Math.round(result.durationMs),
    cut: result.cut ?? null,
    runs: result.runs,
    orders: result.orders,
    orders_per_second: Math.round(result.ordersPerSecond * 10) / 10,
    tasks: result.tasks,
    choices: result.choices,
    complete: result.complete ?? null,
    exact: result.notExact.length === 0,
    not_exact: [...result.notExact],
    classes: { ...result.classes },
    findings: result.findings.map(reportFinding),
    unconfirmed: [...result.unconfirmed],
    not_tried: result.notTried.map((one) => ({ ...one })),
    notes: [...result.notes],
  };
}

/** Those that say which orders were run and how; null for what was not given. */
function optionsOf(request: ExploreRequest): Record<string, unknown> {
  const { stdin, env, verify, verifyAlways, expect, strategy, points, depth, seed, runs, bound, forMs } = request;
  const { keepsGoing, jobs, isolation, network } = request;
  const named = {
    ...{ stdin, env, verify, verify_always: verifyAlways, expect, strategy, points, depth, seed, runs, bound },
    ...{ for_ms: forMs, keep_going: keepsGoing, jobs, isolation, network },
  };
  return Object.fromEntries(Object.entries(named).map(([key, value]) => [key, value ?? null]));
}

function reportFinding(finding: OrderFinding): ExploreReportFinding {
  const { id, class: kind, title, count, confirmed, seed, reason, evidence, switches, told, deadlock } = finding;
  return {
    ...{ id, class: kind, title, count },
    confirmed: confirmed.shown,
    confirmations: confirmed.tried,
    seed: seed ?? null,
    reason,
    evidence: [...evidence],
    switches: switches.map((one) => ({ ...one })),
    switches_before: finding.switchesBefore,
    steps: told.map(({ stopped, ran, did }) => ({ stopped: reportTask(stopped), ran: reportTask(ran), did: [...did] })),
    deadlock:
      deadlock?.map(({ task, program, waitsFor, heldBy, stack }) => {
        return { task, program, waits_for: waitsFor, held_by: heldBy ?? null, stack: framesOf(stack) };
      }) ?? null,
    replay: finding.replay ?? null,
    again: finding.again ?? null,
  };
}

function reportTask({ task, program, point, stack }: TaskAtSwitch): ReportTask {
  return { task, program, point, stack: framesOf(stack) };
}

function framesOf(stack: readonly StackFrame[] | undefined): FrameRecord[] | null {
  return stack?.map(frameRecord) ?? null;
}
