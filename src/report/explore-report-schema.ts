import { z } from 'zod';
import { ORDER_CLASSES } from '../model/explore.ts';
import { EXPLORE_REPORT_VERSION, type ExploreReport } from './explore-report.ts';
import { frameSchema } from './frame-schema.ts';

const count = z.int().nonnegative();
const lineage = z.string().describe('The path of forks: "0" is the command, "0.1" the first task that it made');
const stack = z.array(frameSchema).nullable().describe('From the innermost function; null where it could not be had');

const task = z.object({
  task: lineage,
  program: z.string().describe('The path of its program'),
  point: z.string().describe('Where it stands: openat, openat returns, futex sleeps, pthread_mutex_lock, birth, end'),
  stack,
});

const finding = z.object({
  id: z.string().describe('Stays the same when other code moves: a digest of program, class and how it shows'),
  class: z.enum(ORDER_CLASSES),
  title: z.string(),
  count: count.describe('How many orders showed it'),
  confirmed: count.describe('How often the ordinary engine showed it again'),
  confirmations: count.describe('How often that was tried: with fewer shown, the finding is flaky'),
  seed: count.nullable().describe('Of the first order that showed it; null where all orders were tried'),
  reason: z.string(),
  evidence: z.array(z.string()).describe('What the program and its check wrote at the end'),
  switches: z
    .array(z.object({ task: lineage, point: count, why: z.string(), to: lineage }))
    .describe('As few as still lead to it: at which point of which task another one was let go'),
  switches_before: count.describe('How many there were in the first order'),
  steps: z
    .array(z.object({ stopped: task, ran: task, did: z.array(z.string()) }))
    .describe('What each switch did: who was stopped where, who ran instead, and what that did before the next'),
  deadlock: z
    .array(z.object({ task: lineage, program: z.string(), waits_for: z.string(), held_by: lineage.nullable(), stack }))
    .nullable()
    .describe('Who waits for what, and who has it'),
  replay: z.string().nullable().describe('The file for renacer replay; null if it could not be written'),
  again: z.string().nullable().describe('The shell command that shows it again'),
});

/** The report of an exploration, as the published JSON Schema and the tests see it; its type must be that of what is written. */
export const exploreReportSchema: z.ZodType<ExploreReport> = z
  .object({
    schema_version: z.literal(EXPLORE_REPORT_VERSION),
    renacer: z.string().describe('The version of Renacer'),
    node: z.string().describe('The version of Node.js'),
    kernel: z.string().describe('The release of the kernel'),
    command: z.array(z.string()),
    input: z.string().describe('The directory whose copy each run worked in'),
    options: z.record(z.string(), z.unknown()).describe('All options with their values'),
    plan: z.string().describe('A digest of the plan: the same exploration again has the same'),
    duration_ms: z.number().nonnegative(),
    cut: z
      .enum(['interrupted', 'time', 'runs', 'failed'])
      .nullable()
      .describe('Why it ended before its plan did: a signal, --for, --runs, or a failure of Renacer itself'),
    runs: count.describe('All runs: plain ones, orders, replays and confirmations'),
    orders: count.describe('Orders that were run'),
    orders_per_second: z.number().nonnegative(),
    tasks: count.describe('Of the order without a switch'),
    choices: count.describe('Of the order without a switch: points at which another task could go on'),
    complete: count.nullable().describe('All orders with at most so many switches were run; null if not'),
    exact: z.boolean().describe('The same switches lead to the same run'),
    not_exact: z.array(z.string()).describe('Why not'),
    points_refused: z.array(z.string()).describe('Which points there were not, and why'),
    classes: z
      .object(
        Object.fromEntries(ORDER_CLASSES.map((kind) => [kind, count])) as Record<
          (typeof ORDER_CLASSES)[number],
          typeof count
        >,
      )
      .describe('How many orders ended how'),
    findings: z.array(finding).describe('Worst first'),
    unconfirmed: z.array(z.string()).describe('Failures that did not come again: no findings'),
    not_tried: z.array(z.object({ what: z.string(), count, why: z.string() })),
    notes: z.array(z.string()),
  })
  .describe('How an exploration of Renacer went');

/** The JSON Schema of these reports, as shipped in schema/explore-report.schema.json. */
export function exploreReportJsonSchema(): object {
  return z.toJSONSchema(exploreReportSchema, { target: 'draft-2020-12' });
}
