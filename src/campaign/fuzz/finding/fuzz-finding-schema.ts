import { z } from 'zod';
import { FUZZ_CLASSES } from '../../../model/fuzz.ts';
import { CASE_CLASSES } from '../../../model/sweep.ts';
import { COMPARED } from '../../../model/sweep-request.ts';
import type { FuzzFindingFile } from './fuzz-finding-file.ts';

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

const adversity = z.object({
  faults: z.array(fault),
  limits: z.array(z.object({ of: z.enum(['files', 'memory']), most: z.int().min(1) })),
  switches: z.array(z.object({ task: z.string(), point: z.int().min(1), why: z.string(), to: z.string() })),
});

const finding = z.object({
  id: z.string(),
  class: z.enum(FUZZ_CLASSES),
  title: z.string(),
  count: z.int(),
  confirmed: z.object({ tried: z.int(), shown: z.int() }),
  seed: z.int().min(0).optional(),
  adversity,
  sites: z.array(z.object({ program: z.string(), stack, file: text })),
  before: z.int(),
  verdict: z.object({ class: z.enum(CASE_CLASSES), reason: z.string(), evidence: texts, notes: texts }),
  reaction: texts,
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
  isolation: z.enum(['full', 'none']),
  network: z.enum(['own', 'host']),
  ownFiles: texts,
});

const findingFile = z.object({ version: z.literal(1), plan: z.string(), input: z.string(), finding, request });

/** What stands under `fuzz` in the first line of a finding's file; or what is wrong with it. */
export function readFuzzFinding(fuzz: unknown): FuzzFindingFile | string {
  const read = findingFile.safeParse(fuzz);
  if (!read.success) {
    const [problem] = read.error.issues;
    return `${['fuzz', ...(problem?.path ?? [])].join('.')}: ${problem?.message}`;
  }
  const { version: _, ...file } = read.data;
  return file as FuzzFindingFile;
}
