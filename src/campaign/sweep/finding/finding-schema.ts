import { z } from 'zod';
import { CASE_CLASSES } from '../../../model/sweep.ts';
import { FAULT_FAMILIES } from '../../../model/sweep-request.ts';
import {
  CAUSE_SHAPE,
  faults,
  JUDGING_SHAPE,
  REQUEST_SHAPE,
  readKept,
  stack,
  text,
  texts,
  verdict,
  way,
} from '../../kept-schema.ts';
import type { FindingFile } from './kept-finding.ts';

const finding = z.object({
  ...CAUSE_SHAPE,
  class: z.enum(CASE_CLASSES),
  syscall: z.string(),
  error: z.string(),
  way,
  program: z.string(),
  file: text,
  stack,
  case: z.object({ id: z.string(), faults: faults.min(1) }),
  verdict,
  reaction: texts,
  also: texts,
});

const request = z.object({
  ...REQUEST_SHAPE,
  ...JUDGING_SHAPE,
  faults: z.array(z.enum(FAULT_FAMILIES)),
  every: z.boolean(),
  depth: z.literal([1, 2]),
  only: texts.optional(),
  paths: texts,
  errors: texts.optional(),
  sites: texts,
  quick: z.boolean(),
  ready: text,
  drive: text,
});

const findingFile = z.object({ version: z.literal(1), plan: z.string(), input: z.string(), finding, request });

/** What stands under `sweep` in the first line of a finding's file; or what is wrong with it. */
export function readFindingFile(sweep: unknown): FindingFile | string {
  return readKept('sweep', findingFile, sweep) as FindingFile | string;
}
