import { z } from 'zod';
import { FAULT_WAYS, type FaultWay } from '../model/sweep.ts';
import type { CampaignReport } from './campaign-report.ts';

type Schemas<Fields> = { readonly [Key in keyof Fields]: z.ZodType<Fields[Key]> };

export const countSchema: z.ZodType<number> = z.int().nonnegative();
export const lineageSchema: z.ZodType<string> = z
  .string()
  .describe('The path of forks: "0" is the command, "0.1" the first task that it made');

/** The fields of each campaign's report. A kind of campaign says what `plan`, `cut`, `runs` and others are with it. */
export const campaignShape: Schemas<CampaignReport> = {
  renacer: z.string().describe('The version of Renacer'),
  node: z.string().describe('The version of Node.js'),
  kernel: z.string().describe('The release of the kernel'),
  command: z.array(z.string()),
  input: z.string().describe('The directory whose copy each run worked in'),
  options: z.record(z.string(), z.unknown()).describe('All options with their values'),
  plan: z.string(),
  duration_ms: z.number().nonnegative(),
  cut: z.enum(['interrupted', 'time', 'runs', 'failed']).nullable(),
  runs: countSchema,
  unconfirmed: z.array(z.string()),
  not_tried: z.array(z.object({ what: z.string(), count: countSchema, why: z.string() })),
  notes: z.array(z.string()),
};

/** How many cases ended how: each class has its number. */
export function classesSchema<Class extends string>(
  classes: readonly Class[],
): z.ZodObject<Record<Class, z.ZodType<number>>> {
  return z.object(Object.fromEntries(classes.map((kind) => [kind, countSchema])) as Record<Class, z.ZodType<number>>);
}

/** How sure a finding is. */
export const confirmationShape: Schemas<Record<'confirmed' | 'confirmations', number>> = {
  confirmed: countSchema.describe('How often the ordinary engine showed it again'),
  confirmations: countSchema.describe('How often that was tried: with fewer shown, the finding is flaky'),
};

/** How a finding is shown again. */
export const replayShape: Schemas<Record<'replay' | 'again', string | null>> = {
  replay: z.string().nullable().describe('The file for renacer replay; null if it could not be written'),
  again: z.string().nullable().describe('The shell command that shows it again'),
};

/** Switches of an order. */
export const switchesSchema: z.ZodType<{ task: string; point: number; why: string; to: string }[]> = z.array(
  z.object({ task: lineageSchema, point: countSchema, why: z.string(), to: lineageSchema }),
);

export const waySchema: z.ZodType<FaultWay> = z.enum(FAULT_WAYS);
export const explainedWaySchema: z.ZodType<FaultWay> = waySchema.describe(
  'once: this call alone; short: it moves fewer bytes; persistent: from this call on; kill: SIGKILL to the whole tree',
);
