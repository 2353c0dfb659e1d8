import type { CaseClass, FaultWay } from '../model/sweep.ts';
import type { CampaignReport } from './campaign-report.ts';
import type { FrameRecord } from './frame-record.ts';

export const SWEEP_REPORT_VERSION = 1;

/** The report of a sweep, version 1. Absent values are null, so that every report has every key. */
export interface SweepReport extends CampaignReport {
  schema_version: typeof SWEEP_REPORT_VERSION;
  cases: number;
  cases_per_second: number;
  sites: number;
  swept_sites: number;
  handler_sites: number;
  classes: Record<CaseClass, number>;
  findings: SweepReportFinding[];
  leftovers: { what: string; count: number }[];
}

export interface SweepReportFinding {
  id: string;
  class: CaseClass;
  title: string;
  syscall: string;
  error: string;
  way: FaultWay;
  program: string;
  file: string | null;
  stack: FrameRecord[];
  count: number;
  confirmed: number;
  confirmations: number;
  reason: string;
  evidence: string[];
  notes: string[];
  reaction: string[];
  also: string[];
  help: string;
  faults: { task: string; syscall: string; ordinal: number; way: FaultWay; fault: string }[];
  replay: string | null;
  again: string | null;
}
