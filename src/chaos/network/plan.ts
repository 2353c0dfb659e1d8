import { RenacerError } from '../../model/errors.ts';

export type JitterDistribution = 'uniform' | 'normal' | 'pareto';

/** Loss in bursts (the model of Gilbert and Elliott): a good and a bad state, each with its own loss. */
export interface BurstLoss {
  /** Chance at each packet to go from good to bad. */
  readonly enterRate: number;
  /** Chance at each packet to go from bad to good: a burst lasts 1 / leaveRate packets on average. */
  readonly leaveRate: number;
  /** Loss in the bad state; 1 by default. */
  readonly lossInBurst?: number;
  /** Loss in the good state; 0 by default. */
  readonly lossBetween?: number;
}

/** What happens to one part of the tree's traffic. Rates are from 0 to 1, sizes in bytes, times in milliseconds. */
export interface NetworkRule {
  /** With whom: `10.0.0.0/8`, `db.local:5432`, `:6379`, `[::1]:80`. Everyone by default. */
  readonly to?: readonly string[];
  /** Which packets: those that the tree sends (`to`), those that it receives (`from`), or `both`, the default. */
  readonly direction?: 'to' | 'from' | 'both';
  /** Added to each packet, each way: a round trip takes twice as much. */
  readonly latencyMs?: number;
  /** Half of the width of `uniform`, the standard deviation of `normal` and `pareto`. */
  readonly jitterMs?: number;
  readonly jitterDistribution?: JitterDistribution;
  /** How much the jitter of a packet resembles that of the one before it. */
  readonly jitterCorrelation?: number;
  readonly lossRate?: number;
  readonly burstLoss?: BurstLoss;
  readonly duplicateRate?: number;
  readonly reorderRate?: number;
  readonly corruptRate?: number;
  /** Each way, shared by all flows of this rule. */
  readonly bandwidthBytesPerSec?: number;
  /** Nothing passes. */
  readonly partition?: boolean;
  /** Connections that are reset, at a seeded moment: within the first `connectionDropAfterBytes` or ...`AfterMs`. */
  readonly connectionDropRate?: number;
  /** 65536 by default, both directions together; small numbers are as likely as large ones (log-uniform). */
  readonly connectionDropAfterBytes?: number;
  /** By time instead of bytes. */
  readonly connectionDropAfterMs?: number;
  readonly connectionRefuseRate?: number;
  /** Names (queries by UDP to port 53) that are never answered. */
  readonly dnsFailureRate?: number;
}

/** A packet meets every rule that matches it: delays add up, and each one may lose it. */
export interface NetworkPlan {
  readonly rules: readonly NetworkRule[];
}

const RATES = [
  'lossRate',
  'duplicateRate',
  'reorderRate',
  'corruptRate',
  'connectionDropRate',
  'connectionRefuseRate',
  'dnsFailureRate',
  'jitterCorrelation',
] as const;
const AMOUNTS = ['latencyMs', 'jitterMs', 'connectionDropAfterMs'] as const;
const SIZES = ['bandwidthBytesPerSec', 'connectionDropAfterBytes'] as const;
const BURST_RATES = ['enterRate', 'leaveRate', 'lossInBurst', 'lossBetween'] as const;
const MAX_LATENCY_MS = 3_600_000;

/** Throws NETWORK_PLAN if a number is out of its range. */
export function checkPlan(plan: NetworkPlan): void {
  for (const rule of plan.rules) {
    for (const name of RATES) checkNumber(name, rule[name], 0, 1);
    for (const name of AMOUNTS) checkNumber(name, rule[name], 0, MAX_LATENCY_MS);
    for (const name of SIZES) checkNumber(name, rule[name], 1, Number.MAX_SAFE_INTEGER);
    for (const name of BURST_RATES) checkNumber(`burstLoss.${name}`, rule.burstLoss?.[name], 0, 1);
  }
}

function checkNumber(name: string, value: number | undefined, low: number, high: number): void {
  if (value === undefined || (value >= low && value <= high)) return;
  throw new RenacerError('NETWORK_PLAN', `${name} must be a number from ${low} to ${high}, not ${value}`);
}
