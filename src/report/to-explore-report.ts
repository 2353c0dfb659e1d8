import type { ExploreRequest, ExploreResult, OrderFinding, TaskAtSwitch } from '../model/explore.ts';
import type { StackFrame } from '../model/stack-frame.ts';
import { campaignReport } from './campaign-report.ts';
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
    ...campaignReport(result, request, optionsOf(request), version),
    orders: result.orders,
    orders_per_second: Math.round(result.ordersPerSecond * 10) / 10,
    tasks: result.tasks,
    choices: result.choices,
    complete: result.complete ?? null,
    exact: result.notExact.length === 0,
    not_exact: [...result.notExact],
    points_refused: [...result.pointsRefused],
    classes: { ...result.classes },
    findings: result.findings.map(reportFinding),
  };
}

/** Those of explorations alone. */
function optionsOf(request: ExploreRequest): Record<string, unknown> {
  const { expect, strategy, points, depth, seed, runs, bound, keepsGoing } = request;
  return { expect, strategy, points, depth, seed, runs, bound, keep_going: keepsGoing };
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
