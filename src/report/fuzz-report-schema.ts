import { z } from 'zod';
import { FUZZ_CLASSES } from '../model/fuzz.ts';
import {
  campaignShape,
  classesSchema,
  confirmationShape,
  countSchema,
  explainedWaySchema,
  lineageSchema,
  replayShape,
  switchesSchema,
} from './campaign-report-schema.ts';
import { frameSchema } from './frame-schema.ts';
import { FUZZ_REPORT_VERSION, type FuzzReport } from './fuzz-report.ts';

const fault = z.object({
  task: lineageSchema,
  syscall: z.string(),
  ordinal: countSchema.describe('Which call of that name of its task, from 1'),
  way: explainedWaySchema,
  fault: z.string().describe('In the words of a rule: error=EIO, signal=SIGTERM'),
  program: z.string().nullable().describe('The program that made the call; null if that is not known'),
  file: z
    .string()
    .nullable()
    .describe('What the call is on in a good run, relative to the input; null if it is no file'),
  stack: z.array(frameSchema).describe('Where it made it, from the innermost function'),
});

const finding = z.object({
  id: z
    .string()
    .describe('Stays the same when other code moves: a digest of class, calls, errors and names of functions'),
  class: z.enum(FUZZ_CLASSES),
  title: z.string(),
  count: countSchema.describe('How many seeds showed it'),
  ...confirmationShape,
  seed: countSchema.nullable().describe('The first that showed it'),
  faults: z.array(fault).describe('As few as still show it, in their order'),
  limits: z
    .array(z.object({ of: z.enum(['files', 'memory']), most: countSchema }))
    .describe('Of each process: open files, bytes of data'),
  switches: switchesSchema.describe('At which point of which task another one went on'),
  before: countSchema.describe('How many faults, limits and switches the first run met that showed it'),
  reason: z.string().describe('Why the run was judged so, in one sentence'),
  evidence: z.array(z.string()).describe('Lines of proof: a diff of output or files, the output of a check'),
  notes: z
    .array(z.string())
    .describe('Temporary files and processes that it left, what it tried outside of its directories'),
  reaction: z.array(z.string()).describe('What the program did after the last fault that it does not do in a good run'),
  ...replayShape,
});

/** The report of a fuzzing campaign, as the published JSON Schema and the tests see it; its type must be that of what is written. */
export const fuzzReportSchema: z.ZodType<FuzzReport> = z
  .object({
    schema_version: z.literal(FUZZ_REPORT_VERSION),
    ...campaignShape,
    plan: campaignShape.plan.describe('A digest of all that decides which runs there are'),
    cut: campaignShape.cut.describe(
      'Why it ended: a signal, --for, or a failure of Renacer itself; null if all seeds of --runs were tried',
    ),
    runs: campaignShape.runs.describe('All runs: clean ones, seeds, replays, those of shrinking and confirmations'),
    unconfirmed: campaignShape.unconfirmed.describe('What did not come again: no findings'),
    cases: countSchema.describe('Seeds that were tried'),
    cases_per_second: z.number().nonnegative(),
    sites: countSchema.describe('Places of a good run at which faults can be aimed'),
    classes: classesSchema(FUZZ_CLASSES).describe('How many seeds ended how'),
    findings: z.array(finding).describe('Worst first'),
  })
  .describe('How a fuzzing campaign of Renacer went');

/** The JSON Schema of these reports, as shipped in schema/fuzz-report.schema.json. */
export function fuzzReportJsonSchema(): object {
  return z.toJSONSchema(fuzzReportSchema, { target: 'draft-2020-12' });
}
