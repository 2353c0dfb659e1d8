import { z } from 'zod';
import { FUZZ_CLASSES } from '../../../model/fuzz.ts';
import {
  CAUSE_SHAPE,
  faults,
  JUDGING_SHAPE,
  REQUEST_SHAPE,
  readKept,
  stack,
  switches,
  text,
  texts,
  verdict,
} from '../../kept-schema.ts';
import type { FuzzFindingFile } from './fuzz-finding-file.ts';

const adversity = z.object({
  faults,
  limits: z.array(z.object({ of: z.enum(['files', 'memory']), most: z.int().min(1) })),
  switches,
});

const finding = z.object({
  ...CAUSE_SHAPE,
  class: z.enum(FUZZ_CLASSES),
  seed: z.int().min(0).optional(),
  adversity,
  sites: z.array(z.object({ program: z.string(), stack, file: text })),
  before: z.int(),
  verdict,
  reaction: texts,
});

const request = z.object({
  ...REQUEST_SHAPE,
  ...JUDGING_SHAPE,
});

const findingFile = z.object({ version: z.literal(1), plan: z.string(), input: z.string(), finding, request });

/** What stands under `fuzz` in the first line of a finding's file; or what is wrong with it. */
export function readFuzzFinding(fuzz: unknown): FuzzFindingFile | string {
  return readKept('fuzz', findingFile, fuzz) as FuzzFindingFile | string;
}
