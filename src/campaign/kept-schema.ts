import { z } from 'zod';
import { COMPARED, type Compared } from '../model/fault-campaign-request.ts';
import { CASE_CLASSES, type CaseClass, FAULT_WAYS, type FaultWay } from '../model/sweep.ts';

/** Parts of what stands in the files of findings, for the schemas of all kinds of campaigns. */
export const texts: z.ZodArray<z.ZodString> = z.array(z.string());
export const text: z.ZodOptional<z.ZodString> = z.string().optional();

export const stack: z.ZodType<object[]> = z.array(
  z.object({ file: z.string(), symbol: text, offset: z.number(), address: z.number(), source: text }),
);

export const way: z.ZodType<FaultWay> = z.enum(FAULT_WAYS);

export const faults: z.ZodArray = z.array(
  z.object({
    task: z.string(),
    syscall: z.string(),
    ordinal: z.int().min(1),
    way,
    fault: z.string(),
    site: z.string(),
    occurrence: z.int().min(1),
    isOnStderr: z.boolean().optional(),
  }),
);

export const switches: z.ZodType<object[]> = z.array(
  z.object({ task: z.string(), point: z.int().min(1), why: z.string(), to: z.string() }),
);

export const verdict: z.ZodType<{ class: CaseClass; reason: string; evidence: string[]; notes: string[] }> = z.object({
  class: z.enum(CASE_CLASSES),
  reason: z.string(),
  evidence: texts,
  notes: texts,
});

interface CauseShape {
  readonly id: z.ZodString;
  readonly title: z.ZodString;
  readonly count: z.ZodInt;
  readonly confirmed: z.ZodType<{ tried: number; shown: number }>;
}

/** What each finding has. */
export const CAUSE_SHAPE: CauseShape = {
  id: z.string(),
  title: z.string(),
  count: z.int(),
  confirmed: z.object({ tried: z.int(), shown: z.int() }),
};

interface RequestShape {
  readonly command: z.ZodString;
  readonly args: z.ZodArray<z.ZodString>;
  readonly input: z.ZodString;
  readonly stdin: z.ZodOptional<z.ZodString>;
  readonly env: z.ZodType<Record<string, string>>;
  readonly verify: z.ZodOptional<z.ZodString>;
  readonly verifyAlways: z.ZodOptional<z.ZodString>;
  readonly isolation: z.ZodType<'full' | 'none'>;
  readonly network: z.ZodType<'own' | 'host'>;
  readonly ownFiles: z.ZodArray<z.ZodString>;
}

/** What is kept of each request. */
export const REQUEST_SHAPE: RequestShape = {
  command: z.string(),
  args: texts,
  input: z.string(),
  stdin: text,
  env: z.record(z.string(), z.string()),
  verify: text,
  verifyAlways: text,
  isolation: z.enum(['full', 'none']),
  network: z.enum(['own', 'host']),
  ownFiles: texts,
};

interface JudgingShape {
  readonly ignore: z.ZodArray<z.ZodString>;
  readonly compare: z.ZodType<Compared[]>;
  readonly protect: z.ZodOptional<z.ZodArray<z.ZodString>>;
}

/** What is kept beside that where faults are injected. */
export const JUDGING_SHAPE: JudgingShape = {
  ignore: texts,
  compare: z.array(z.enum(COMPARED)),
  protect: texts.optional(),
};

/** What stands under this name in the first line of a finding's file; or what is wrong with it. */
export function readKept<Kept extends { readonly version: 1 }>(
  name: string,
  schema: z.ZodType<Kept>,
  value: unknown,
): Omit<Kept, 'version'> | string {
  const read = schema.safeParse(value);
  if (!read.success) {
    const [problem] = read.error.issues;
    return `${[name, ...(problem?.path ?? [])].join('.')}: ${problem?.message}`;
  }
  const { version: _, ...kept } = read.data;
  return kept;
}
