import type { FaultCampaignRequest } from './fault-campaign-request.ts';

/** Families of faults. `errors`: a call fails once. `persistent`: from there on for good. `kill`: the whole tree, at the call. */
export const FAULT_FAMILIES = ['errors', 'short', 'persistent', 'kill'] as const;
export type FaultFamily = (typeof FAULT_FAMILIES)[number];

/** How a service is known to be ready. */
export const READY_FORMS = ['tcp:PORT', 'file:PATH', 'output:TEXT'] as const;

export interface ReadySign {
  readonly form: 'tcp' | 'file' | 'output';
  readonly value: string;
}

/** Undefined for what is in none of READY_FORMS. */
export function readySign(text: string): ReadySign | undefined {
  const [, form, value = ''] = /^(tcp|file|output):(.+)$/s.exec(text) ?? [];
  if (form === undefined || (form === 'tcp' && !isPort(value))) return undefined;
  return { form: form as ReadySign['form'], value };
}

function isPort(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

/** A sweep as it is asked for: all options with their values, paths absolute. Plain data. What the command is has not been looked up yet. */
export interface SweepRequest extends FaultCampaignRequest {
  readonly faults: readonly FaultFamily[];
  /** Each occurrence of a site, not only the first, the middle and the last. */
  readonly every: boolean;
  /** 2: a second fault in the handler of the first, too. */
  readonly depth: 1 | 2;
  /** Cases at most. */
  readonly maxRuns: number | undefined;
  /** `FILE:LINE` or the name of a function: only sites with such a frame are swept, if there are any. */
  readonly sites: readonly string[];
  /** One error a site, about 200 runs. */
  readonly quick: boolean;
  /** In one of READY_FORMS. Given with `drive` or not at all. */
  readonly ready: string | undefined;
  readonly drive: string | undefined;
}
