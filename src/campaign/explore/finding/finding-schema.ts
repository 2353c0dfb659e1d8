import { z } from 'zod';
import { ORDER_CLASSES } from '../../../model/explore.ts';
import { OUTCOMES } from '../../../model/outcome.ts';
import { SCHEDULE_POINTS, SCHEDULE_STRATEGIES } from '../../../model/schedule.ts';
import { CAUSE_SHAPE, REQUEST_SHAPE, readKept, switches, texts } from '../../kept-schema.ts';
import type { OrderFindingFile } from './finding-file.ts';

const finding = z.object({
  ...CAUSE_SHAPE,
  class: z.enum(ORDER_CLASSES),
  seed: z.int().optional(),
  switches,
  switchesBefore: z.int(),
  reason: z.string(),
  evidence: texts,
});

const request = z.object({
  ...REQUEST_SHAPE,
  expect: z.array(z.enum(OUTCOMES)),
  strategy: z.enum(SCHEDULE_STRATEGIES),
  points: z.enum(SCHEDULE_POINTS),
  depth: z.int().min(1),
  seed: z.int().min(0),
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
  return readKept('explore', findingFile, explore) as OrderFindingFile | string;
}
