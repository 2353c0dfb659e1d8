import type { SweepFinding } from '../model/sweep.ts';
import type { SweepRequest } from '../model/sweep-request.ts';
import type { SweepResult } from '../model/sweep-result.ts';
import { campaignReport } from './campaign-report.ts';
import { frameRecord } from './frame-record.ts';
import { adviceFor } from './sweep-advice.ts';
import { SWEEP_REPORT_VERSION, type SweepReport, type SweepReportFinding } from './sweep-report.ts';

/** The result of a sweep in the form of its JSON report (schema/sweep-report.schema.json). `version` is Renacer's. */
export function toSweepReport(result: SweepResult, request: SweepRequest, version: string): SweepReport {
  const { sites } = result;
  return {
    schema_version: SWEEP_REPORT_VERSION,
    ...campaignReport(result, request, optionsOf(request), version),
    cases: result.cases,
    cases_per_second: Math.round(result.casesPerSecond * 10) / 10,
    sites: sites.found,
    swept_sites: sites.swept,
    handler_sites: sites.handlers,
    classes: { ...result.classes },
    findings: result.findings.map(reportFinding),
    leftovers: result.leftovers.map((one) => ({ ...one })),
  };
}

/** Those of sweeps alone. */
function optionsOf(request: SweepRequest): Record<string, unknown> {
  const { ignore, compare, protect, faults, every, depth, maxRuns, only, paths, errors, sites, quick } = request;
  const { ready, drive } = request;
  return {
    ...{ ignore, compare, protect, faults, every, depth, max_runs: maxRuns, only, paths, errors, sites, quick },
    ...{ ready, drive },
  };
}

function reportFinding(finding: SweepFinding): SweepReportFinding {
  const { id, class: kind, title, syscall, error, way, program, stack, count, confirmed, verdict, replay } = finding;
  return {
    ...{ id, class: kind, title, syscall, error, way, program },
    file: finding.file ?? null,
    stack: stack.map(frameRecord),
    count,
    confirmed: confirmed.shown,
    confirmations: confirmed.tried,
    reason: verdict.reason,
    evidence: [...verdict.evidence],
    notes: [...verdict.notes],
    reaction: [...finding.reaction],
    also: [...finding.also],
    help: adviceFor(finding),
    faults: finding.case.faults.map(({ task, syscall: call, ordinal, way: how, fault }) => {
      return { task, syscall: call, ordinal, way: how, fault };
    }),
    replay: replay ?? null,
    again: finding.again ?? null,
  };
}
