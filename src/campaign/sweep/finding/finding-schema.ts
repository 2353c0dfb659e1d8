import { z } from 'zod';
import { CASE_CLASSES } from '../../../model/sweep.ts';
import { COMPARED, FAULT_FAMILIES } from '../../../model/sweep-request.ts';
import type { FindingFile } from './kept-finding.ts';

const texts = z.array(z.string());
const text = z.string().optional();

const stack = z.array(
  z.object({ file: z.string(), symbol: text, offset: z.number(), address: z.number(), source: text }),
);

const fault = z.object({
  task: z.string(),
  syscall: z.string(),
  ordinal: z.int().min(1),
  way: z.enum(['once', 'short', 'persistent', 'kill']),
  fault: z.string(),
  site: z.string(),
  occurrence: z.int().min(1),
  isOnStderr: z.boolean().optional(),
});

const finding = z.object({
  id: z.string(),
  class: z.enum(CASE_CLASSES),
  title: z.string(),
  count: z.int(),
  confirmed: z.object({ tried: z.int(), shown: z.int() }),
  syscall: z.string(),
  error: z.string(),
  way: fault.shape.way,
  program: z.string(),
  file: text,
  stack,
  case: z.object({ id: z.string(), faults: z.array(fault).min(1) }),
  verdict: z.object({ class: z.enum(CASE_CLASSES), reason: z.string(), evidence: texts, notes: texts }),
  reaction: texts,
  also: texts,
});

const request = z.object({
  command: z.string(),
  args: texts,
  input: z.string(),
  stdin: text,
  env: z.record(z.string(), z.string()),
  ignore: texts,
  compare: z.array(z.enum(COMPARED)),
  verify: text,
  verifyAlways: text,
  protect: texts.optional(),
  faults: z.array(z.enum(FAULT_FAMILIES)),
  every: z.boolean(),
  depth: z.literal([1, 2]),
  only: texts.optional(),
  paths: texts,
  errors: texts.optional(),
  sites: texts,
  quick: z.boolean(),
  isolation: z.enum(['full', 'none']),
  network: z.enum(['own', 'host']),
  ready: text,
  drive: text,
  ownFiles: texts,
});

const findingFile = z.object({ version: z.literal(1), plan: z.string(), input: z.string(), finding, request });

/** What stands under `sweep` in the first line of a finding's file; or what is wrong with it. */
export function readFindingFile(sweep: unknown): FindingFile | string {
  const read = findingFile.safeParse(sweep);
  if (!read.success) {
    const [problem] = read.error.issues;
    return `${['sweep', ...(problem?.path ?? [])].join('.')}: ${problem?.message}`;
  }
  const { version: _, ...file } = read.data;
  return file as FindingFile;
}
