import { z } from 'zod';
import { CASE_CLASSES, FINDING_CLASSES } from '../model/sweep.ts';
import {
  campaignShape,
  classesSchema,
  confirmationShape,
  countSchema,
  explainedWaySchema,
  replayShape,
  waySchema,
} from './campaign-report-schema.ts';
import { frameSchema } from './frame-schema.ts';
import { SWEEP_REPORT_VERSION, type SweepReport } from './sweep-report.ts';

const fault = z.object({
  task: z.string().describe('The path of forks of the task: "0" is the command, "0.1" the first task that it made'),
  syscall: z.string(),
  ordinal: countSchema.describe('Which call of that name of its task, from 1'),
  way: waySchema,
  fault: z.string().describe('In the words of a rule: error=EIO'),
});

const finding = z.object({
  id: z
    .string()
    .describe('Stays the same when other code moves: a digest of class, call, error and names of functions'),
  class: z.enum(FINDING_CLASSES),
  title: z.string(),
  syscall: z.string(),
  error: z.string().describe('The name of the error; "short" or "kill" for these'),
  way: explainedWaySchema,
  program: z.string().describe('The program that made the call'),
  file: z
    .string()
    .nullable()
    .describe('What the call is on: relative to the input, if it is in there; null if it is no file'),
  stack: z.array(frameSchema).describe('Where it made it, from the innermost function'),
  count: countSchema.describe('How many cases of the sweep showed it'),
  ...confirmationShape,
  reason: z.string().describe('Why the run was judged so, in one sentence'),
  evidence: z.array(z.string()).describe('Lines of proof: a diff of output or files, the output of a check'),
  notes: z
    .array(z.string())
    .describe('Temporary files and processes that it left, what it tried outside of its directories'),
  reaction: z.array(z.string()).describe('What the program did next that it does not do in a clean run'),
  also: z.array(z.string()).describe('Other places and errors with the same cause'),
  help: z.string().describe('What to do about such code'),
  faults: z.array(fault).describe('The smallest case that shows it: one fault, or two'),
  ...replayShape,
});

/** The report of a sweep, as the published JSON Schema and the tests see it; its type must be that of what is written. */
export const sweepReportSchema: z.ZodType<SweepReport> = z
  .object({
    schema_version: z.literal(SWEEP_REPORT_VERSION),
    ...campaignShape,
    plan: campaignShape.plan.describe('A digest of the plan: the same sweep again has the same'),
    cut: campaignShape.cut.describe(
      'Why it ended before its plan did: a signal, --for, --max-runs, or a failure of Renacer itself',
    ),
    runs: campaignShape.runs.describe('All runs: clean ones, cases and confirmations'),
    unconfirmed: campaignShape.unconfirmed.describe('What the ordinary engine did not show again: no findings'),
    notes: campaignShape.notes.describe('What was masked or made to stand still, so that runs can be compared'),
    cases: countSchema,
    cases_per_second: z.number().nonnegative(),
    sites: countSchema.describe('Sites of the clean run: program, system call, stack'),
    swept_sites: countSchema.describe('Of these, with at least one case'),
    handler_sites: countSchema.describe('Sites that only error handlers reach'),
    classes: classesSchema(CASE_CLASSES).describe('How many cases ended how'),
    findings: z.array(finding).describe('Worst first'),
    leftovers: z
      .array(z.object({ what: z.string(), count: countSchema.describe('In how many cases') }))
      .describe('Files and processes that a clean run does not leave'),
  })
  .describe('How a sweep of Renacer went');

/** The JSON Schema of these reports, as shipped in schema/sweep-report.schema.json. */
export function sweepReportJsonSchema(): object {
  return z.toJSONSchema(sweepReportSchema, { target: 'draft-2020-12' });
}
