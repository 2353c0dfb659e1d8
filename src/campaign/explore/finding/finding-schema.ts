import { z } from 'zod';
import { ORDER_CLASSES } from '../../../model/explore.ts';
import { OUTCOMES } from '../../../model/outcome.ts';
import { SCHEDULE_POINTS, SCHEDULE_STRATEGIES } from '../../../model/schedule.ts';
import type { OrderFindingFile } from './finding-file.ts';

const texts = z.array(z.string());
const text = z.string().optional();

const finding = z.object({
  id: z.string(),
  class: z.enum(ORDER_CLASSES),
  title: z.string(),
  count: z.int(),
  confirmed: z.object({ tried: z.int(), shown: z.int() }),
  seed: z.int().optional(),
  switches: z.array(z.object({ task: z.string(), point: z.int().min(1), why: z.string(), to: z.string() })),
  switchesBefore: z.int(),
  reason: z.string(),
  evidence: texts,
});

const request = z.object({
  command: z.string(),
  args: texts,
  input: z.string(),
  stdin: text,
  env: z.record(z.string(), z.string()),
  verify: text,
  verifyAlways: text,
  expect: z.array(z.enum(OUTCOMES)),
  strategy: z.enum(SCHEDULE_STRATEGIES),
  points: z.enum(SCHEDULE_POINTS),
  depth: z.int().min(1),
  seed: z.int().min(0),
  isolation: z.enum(['full', 'none']),
  network: z.enum(['own', 'host']),
  ownFiles: texts,
});

const findingFile = z.object({
  version: z.literal(1),
  finding,
  request,
  seed: z.int().min(0),
  plan: z.string(),
  input: z.string(),
});

/** What stands under `explore` in the first line of a finding's file; or what is wrong with it. */
export function readOrderFinding(explore: unknown): OrderFindingFile | string {
  const read = findingFile.safeParse(explore);
  if (!read.success) {
    const [problem] = read.error.issues;
    return `${['explore', ...(problem?.path ?? [])].join('.')}: ${problem?.message}`;
  }
  const { version: _, ...file } = read.data;
  return file as OrderFindingFile;
}
