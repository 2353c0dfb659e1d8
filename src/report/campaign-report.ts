import os from 'node:os';
import type { CampaignResult } from '../model/campaign.ts';
import type { CampaignRequest } from '../model/campaign-request.ts';

/** What the JSON report of each kind of campaign has: snake_case, null for what there is not, every key. */
export interface CampaignReport {
  renacer: string;
  node: string;
  kernel: string;
  command: string[];
  input: string;
  options: Record<string, unknown>;
  plan: string;
  duration_ms: number;
  cut: 'interrupted' | 'time' | 'runs' | 'failed' | null;
  runs: number;
  unconfirmed: string[];
  not_tried: { what: string; count: number; why: string }[];
  notes: string[];
}

/** `options`: those of this kind of campaign; what was not given is null. `version` is Renacer's. */
export function campaignReport(
  result: CampaignResult<unknown, string>,
  request: CampaignRequest,
  options: Record<string, unknown>,
  version: string,
): CampaignReport {
  const { stdin, env, verify, verifyAlways, forMs, jobs, isolation, network } = request;
  const all = { stdin, env, verify, verify_always: verifyAlways, for_ms: forMs, jobs, isolation, network, ...options };
  return {
    renacer: version,
    node: process.version,
    kernel: os.release(),
    command: [...result.command],
    input: request.input,
    options: Object.fromEntries(Object.entries(all).map(([key, value]) => [key, value ?? null])),
    plan: result.plan,
    duration_ms: Math.round(result.durationMs),
    cut: result.cut ?? null,
    runs: result.runs,
    unconfirmed: [...result.unconfirmed],
    not_tried: result.notTried.map((one) => ({ ...one })),
    notes: [...result.notes],
  };
}
