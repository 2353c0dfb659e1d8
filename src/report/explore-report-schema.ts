import { z } from 'zod';
import { ORDER_CLASSES } from '../model/explore.ts';
import {
  campaignShape,
  classesSchema,
  confirmationShape,
  countSchema,
  lineageSchema,
  replayShape,
  switchesSchema,
} from './campaign-report-schema.ts';
import { EXPLORE_REPORT_VERSION, type ExploreReport } from './explore-report.ts';
import { frameSchema } from './frame-schema.ts';

const stack = z.array(frameSchema).nullable().describe('From the innermost function; null where it could not be had');

const task = z.object({
  task: lineageSchema,
  program: z.string().describe('The path of its program'),
  point: z.string().describe('Where it stands: openat, openat returns, futex sleeps, pthread_mutex_lock, birth, end'),
  stack,
});

const finding = z.object({
  id: z.string().describe('Stays the same when other code moves: a digest of program, class and how it shows'),
  class: z.enum(ORDER_CLASSES),
  title: z.string(),
  count: countSchema.describe('How many orders showed it'),
  ...confirmationShape,
  seed: countSchema.nullable().describe('Of the first order that showed it; null where all orders were tried'),
  reason: z.string(),
  evidence: z.array(z.string()).describe('What the program and its check wrote at the end'),
  switches: switchesSchema.describe('As few as still lead to it: at which point of which task another one was let go'),
  switches_before: countSchema.describe('How many there were in the first order'),
  steps: z
    .array(z.object({ stopped: task, ran: task, did: z.array(z.string()) }))
    .describe('What each switch did: who was stopped where, who ran instead, and what that did before the next'),
  deadlock: z
    .array(
      z.object({
        task: lineageSchema,
        program: z.string(),
        waits_for: z.string(),
        held_by: lineageSchema.nullable(),
        stack,
      }),
    )
    .nullable()
    .describe('Who waits for what, and who has it'),
  ...replayShape,
});

/** The report of an exploration, as the published JSON Schema and the tests see it; its type must be that of what is written. */
export const exploreReportSchema: z.ZodType<ExploreReport> = z
  .object({
    schema_version: z.literal(EXPLORE_REPORT_VERSION),
    ...campaignShape,
    plan: campaignShape.plan.describe('A digest of the plan: the same exploration again has the same'),
    cut: campaignShape.cut.describe(
      'Why it ended before its plan did: a signal, --for, --runs, or a failure of Renacer itself',
    ),
    runs: campaignShape.runs.describe('All runs: plain ones, orders, replays and confirmations'),
    unconfirmed: campaignShape.unconfirmed.describe('Failures that did not come again: no findings'),
    orders: countSchema.describe('Orders that were run'),
    orders_per_second: z.number().nonnegative(),
    tasks: countSchema.describe('Of the order without a switch'),
    choices: countSchema.describe('Of the order without a switch: points at which another task could go on'),
    complete: countSchema.nullable().describe('All orders with at most so many switches were run; null if not'),
    exact: z.boolean().describe('The same switches lead to the same run'),
    not_exact: z.array(z.string()).describe('Why not'),
    points_refused: z.array(z.string()).describe('Which points there were not, and why'),
    classes: classesSchema(ORDER_CLASSES).describe('How many orders ended how'),
    findings: z.array(finding).describe('Worst first'),
  })
  .describe('How an exploration of Renacer went');

/** The JSON Schema of these reports, as shipped in schema/explore-report.schema.json. */
export function exploreReportJsonSchema(): object {
  return z.toJSONSchema(exploreReportSchema, { target: 'draft-2020-12' });
}
