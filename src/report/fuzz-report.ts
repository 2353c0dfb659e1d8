import type { FuzzClass } from '../model/fuzz.ts';
import type { FaultWay } from '../model/sweep.ts';
import type { CampaignReport } from './campaign-report.ts';
import type { FrameRecord } from './frame-record.ts';

/** It grows when a reader of the older form would misread the newer one. */
export const FUZZ_REPORT_VERSION = 1;

/** The report of a fuzzing campaign, in the form of its JSON file: snake_case, null for what there is not, every key. */
export interface FuzzReport extends CampaignReport {
  schema_version: typeof FUZZ_REPORT_VERSION;
  cases: number;
  cases_per_second: number;
  sites: number;
  classes: Record<FuzzClass, number>;
  findings: FuzzReportFinding[];
}

export interface FuzzReportFinding {
  id: string;
  class: FuzzClass;
  title: string;
  count: number;
  confirmed: number;
  confirmations: number;
  seed: number | null;
  faults: FuzzReportFault[];
  limits: { of: 'files' | 'memory'; most: number }[];
  switches: { task: string; point: number; why: string; to: string }[];
  before: number;
  reason: string;
  evidence: string[];
  notes: string[];
  reaction: string[];
  replay: string | null;
  again: string | null;
}

export interface FuzzReportFault {
  task: string;
  syscall: string;
  ordinal: number;
  way: FaultWay;
  fault: string;
  program: string | null;
  file: string | null;
  stack: FrameRecord[];
}
