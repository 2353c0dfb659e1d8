import type { FuzzFinding, FuzzRequest, FuzzResult } from '../model/fuzz.ts';
import { campaignReport } from './campaign-report.ts';
import { frameRecord } from './frame-record.ts';
import { FUZZ_REPORT_VERSION, type FuzzReport, type FuzzReportFault, type FuzzReportFinding } from './fuzz-report.ts';

/** The result of a fuzzing campaign in the form of its JSON report (schema/fuzz-report.schema.json). `version` is Renacer's. */
export function toFuzzReport(result: FuzzResult, request: FuzzRequest, version: string): FuzzReport {
  return {
    schema_version: FUZZ_REPORT_VERSION,
    ...campaignReport(result, request, optionsOf(request), version),
    cases: result.cases,
    cases_per_second: Math.round(result.casesPerSecond * 10) / 10,
    sites: result.sites,
    classes: { ...result.classes },
    findings: result.findings.map(reportFinding),
  };
}

/** Those of fuzzing alone. */
function optionsOf(request: FuzzRequest): Record<string, unknown> {
  const { ignore, compare, protect, kinds, only, paths, errors, seed, runs } = request;
  return { ignore, compare, protect, kinds, only, paths, errors, seed, runs };
}

function reportFinding(finding: FuzzFinding): FuzzReportFinding {
  const { id, class: kind, title, count, confirmed, adversity, verdict } = finding;
  return {
    ...{ id, class: kind, title, count },
    confirmed: confirmed.shown,
    confirmations: confirmed.tried,
    seed: finding.seed ?? null,
    faults: reportFaults(finding),
    limits: adversity.limits.map((one) => ({ ...one })),
    switches: adversity.switches.map((one) => ({ ...one })),
    before: finding.before,
    reason: verdict.reason,
    evidence: [...verdict.evidence],
    notes: [...verdict.notes],
    reaction: [...finding.reaction],
    replay: finding.replay ?? null,
    again: finding.again ?? null,
  };
}

function reportFaults({ adversity, sites }: FuzzFinding): FuzzReportFault[] {
  return adversity.faults.map(({ task, syscall, ordinal, way, fault }, index) => {
    const { program, file, stack = [] } = sites[index] ?? {};
    return {
      task,
      syscall,
      ordinal,
      way,
      fault,
      program: program || null,
      file: file ?? null,
      stack: stack.map(frameRecord),
    };
  });
}
