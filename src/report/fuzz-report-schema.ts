import { z } from 'zod';
import { FUZZ_CLASSES, type FuzzClass } from '../model/fuzz.ts';
import { frameSchema } from './frame-schema.ts';
import { FUZZ_REPORT_VERSION, type FuzzReport } from './fuzz-report.ts';

const count = z.int().nonnegative();
const lineage = z.string().describe('The path of forks: "0" is the command, "0.1" the first task that it made');

const fault = z.object({
  task: lineage,
  syscall: z.string(),
  ordinal: count.describe('Which call of that name of its task, from 1'),
  way: z
    .enum(['once', 'short', 'persistent', 'kill'])
    .describe(
      'once: this call alone; short: it moves fewer bytes; persistent: from this call on; kill: SIGKILL to the whole tree',
    ),
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
  count: count.describe('How many seeds showed it'),
  confirmed: count.describe('How often the ordinary engine showed it again'),
  confirmations: count.describe('How often that was tried: with fewer shown, the finding is flaky'),
  seed: count.nullable().describe('The first that showed it'),
  faults: z.array(fault).describe('As few as still show it, in their order'),
  limits: z
    .array(z.object({ of: z.enum(['files', 'memory']), most: count }))
    .describe('Of each process: open files, bytes of data'),
  switches: z
    .array(z.object({ task: lineage, point: count, why: z.string(), to: lineage }))
    .describe('At which point of which task another one went on'),
  before: count.describe('How many faults, limits and switches the first run met that showed it'),
  reason: z.string().describe('Why the run was judged so, in one sentence'),
  evidence: z.array(z.string()).describe('Lines of proof: a diff of output or files, the output of a check'),
  notes: z
    .array(z.string())
    .describe('Temporary files and processes that it left, what it tried outside of its directories'),
  reaction: z.array(z.string()).describe('What the program did after the last fault that it does not do in a good run'),
  replay: z.string().nullable().describe('The file for renacer replay; null if it could not be written'),
  again: z.string().nullable().describe('The shell command that shows it again'),
});

/** The report of a fuzzing campaign, as the published JSON Schema and the tests see it; its type must be that of what is written. */
export const fuzzReportSchema: z.ZodType<FuzzReport> = z
  .object({
    schema_version: z.literal(FUZZ_REPORT_VERSION),
    renacer: z.string().describe('The version of Renacer'),
    node: z.string().describe('The version of Node.js'),
    kernel: z.string().describe('The release of the kernel'),
    command: z.array(z.string()),
    input: z.string().describe('The directory whose copy each run worked in'),
    options: z.record(z.string(), z.unknown()).describe('All options with their values'),
    plan: z.string().describe('A digest of all that decides which runs there are'),
    duration_ms: z.number().nonnegative(),
    cut: z
      .enum(['interrupted', 'time', 'runs', 'failed'])
      .nullable()
      .describe(
        'Why it ended: a signal, --for, or a failure of Renacer itself; null if all seeds of --runs were tried',
      ),
    runs: count.describe('All runs: clean ones, seeds, replays, those of shrinking and confirmations'),
    cases: count.describe('Seeds that were tried'),
    cases_per_second: z.number().nonnegative(),
    sites: count.describe('Places of a good run at which faults can be aimed'),
    classes: z
      .object(Object.fromEntries(FUZZ_CLASSES.map((kind) => [kind, count])) as Record<FuzzClass, typeof count>)
      .describe('How many seeds ended how'),
    findings: z.array(finding).describe('Worst first'),
    unconfirmed: z.array(z.string()).describe('What did not come again: no findings'),
    not_tried: z.array(z.object({ what: z.string(), count, why: z.string() })),
    notes: z.array(z.string()),
  })
  .describe('How a fuzzing campaign of Renacer went');

/** The JSON Schema of these reports, as shipped in schema/fuzz-report.schema.json. */
export function fuzzReportJsonSchema(): object {
  return z.toJSONSchema(fuzzReportSchema, { target: 'draft-2020-12' });
}
