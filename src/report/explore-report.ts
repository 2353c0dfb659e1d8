import type { OrderClass } from '../model/explore.ts';
import type { CampaignReport } from './campaign-report.ts';
import type { FrameRecord } from './frame-record.ts';

/** It grows when a reader of the older form would misread the newer one. */
export const EXPLORE_REPORT_VERSION = 1;

/** The report of an exploration, in the form of its JSON file: snake_case, null for what there is not, every key. */
export interface ExploreReport extends CampaignReport {
  schema_version: typeof EXPLORE_REPORT_VERSION;
  orders: number;
  orders_per_second: number;
  tasks: number;
  choices: number;
  complete: number | null;
  exact: boolean;
  not_exact: string[];
  points_refused: string[];
  classes: Record<OrderClass, number>;
  findings: ExploreReportFinding[];
}

export interface ReportTask {
  task: string;
  program: string;
  point: string;
  stack: FrameRecord[] | null;
}

export interface ExploreReportFinding {
  id: string;
  class: OrderClass;
  title: string;
  count: number;
  confirmed: number;
  confirmations: number;
  seed: number | null;
  reason: string;
  evidence: string[];
  switches: { task: string; point: number; why: string; to: string }[];
  switches_before: number;
  steps: { stopped: ReportTask; ran: ReportTask; did: string[] }[];
  deadlock:
    | { task: string; program: string; waits_for: string; held_by: string | null; stack: FrameRecord[] | null }[]
    | null;
  replay: string | null;
  again: string | null;
}
