import { z } from 'zod';
import { NETWORK_FAULT_KINDS } from '../model/network-use.ts';
import { OUTCOMES } from '../model/outcome.ts';
import { REPORT_SCHEMA_VERSION } from '../model/run-result.ts';
import { PROBE_MOMENTS } from '../model/scenario.ts';
import { SCHEDULE_POINTS, SCHEDULE_STRATEGIES } from '../model/schedule.ts';
import { frameSchema } from './frame-schema.ts';
import type { Report } from './json-report.ts';

const count = z.int().nonnegative();
const milliseconds = z.number().nonnegative().describe('Milliseconds');

const faultBase = z.object({
  rule: z.string().describe('The option or rule that asked for it'),
  task: z.string().describe('The path of forks of the task: "0" is the command, "0.1" the first task that it made'),
  syscall: z.string().nullable().describe('The call at (or, by time, after) which it was injected'),
  ordinal: count.describe('Which call of that name of its task; for signals, which of all its calls'),
  pid: z.int().describe('The thread id, in this run'),
  time_ms: milliseconds,
});

const packetPlace = z.object({
  rule: z.string().describe('"network", with the targets and the direction of its rule where it has any'),
  fault: z.enum(NETWORK_FAULT_KINDS),
  flow: z.string(),
  service: z.string(),
  direction: z.enum(['to', 'from']),
  stream: z.enum(['data', 'ack']),
  packet: count.describe('Which packet of this stream, from 1'),
  after_bytes: z.number().nullable().describe('Of a reset: after how many bytes of the connection it was due'),
  after_ms: z.number().nullable().describe('Of a reset: after how long it was due'),
  name: z.string().nullable().describe('The name that was not found'),
  lookup: count.nullable().describe('Which lookup of that name, from 1'),
});

const fault = z.discriminatedUnion('kind', [
  faultBase.extend({
    kind: z.literal('signal'),
    moment: z.enum(['call', 'time']).describe('Counted in calls, so that it is repeatable; or by time'),
    signal: z.string(),
    fate: z.enum(['handled', 'ignored', 'blocked', 'died', 'unknown']),
    note: z.string().nullable().describe('A remark on how such a program treats this signal'),
  }),
  faultBase.extend({
    kind: z.literal('call'),
    fault: z.string().describe('In the words of a rule: error=EIO'),
    stack: z
      .array(frameSchema)
      .nullable()
      .describe('Where in its program the task was, from the innermost function; null without -k'),
  }),
  packetPlace.extend({ kind: z.literal('packet'), time_ms: z.number() }),
]);

const packetCounts = z.object({
  packets: count.describe('Sent, lost ones included'),
  bytes: count,
  lost: count,
  delayed: count.describe('Arrived later than they would have without chaos'),
  throttled_bytes: count.describe('Bytes that the bandwidth limit delayed'),
  duplicated: count,
  reordered: count,
  corrupted: count,
});

const flowGroup = z.object({
  protocol: z.string(),
  service: z.string(),
  flows: count,
  to: packetCounts.describe('What the tree sent'),
  from: packetCounts.describe('What the tree received'),
  resets: count,
  refusals: count,
});

const flow = z.object({
  id: z.string().describe('Protocol and ordinal: "tcp 1" is the first TCP connection of the tree'),
  protocol: z.string(),
  initiator: z.string(),
  service: z.string(),
  begun_by_tree: z.boolean(),
  to: packetCounts,
  from: packetCounts,
  reset: z.boolean(),
  refused: z.boolean(),
});

const ruleUse = z.object({
  rule: z.string(),
  eligible: count.describe('Calls that met its conditions'),
  fired: count,
  impossible: count.describe('Chosen, but the kernel could not have done it to that call'),
  nearest: z.string().nullable().describe('Why it never fired, and what came nearest; null if it fired'),
});

const reason = z.string().describe('Where the run diverged');

const madeSwitch = z.object({
  task: z.string().describe('The task that stood at the point'),
  point: count.describe('Which point of that task it was, from 1'),
  why: z.string().describe('What the point was: a system call, "futex sleeps", "birth", a lock function'),
  to: z.string().describe('The task that ran next'),
});

const schedule = z.object({
  strategy: z.enum([...SCHEDULE_STRATEGIES, 'recorded']).describe('"recorded": the switches of a recording'),
  points: z.enum(SCHEDULE_POINTS),
  choices: count.describe('How often one of several tasks could be picked'),
  switches: z
    .array(madeSwitch)
    .describe('Choices that differ from the usual one: the same task, else the first that could run'),
  omitted_switches: count.describe('Of very many, so many are left out between the first and the last'),
  forced: count.describe('How often a task was made to give way, so that another one came forward'),
  exact: z.boolean().describe('The same switches lead to the same run'),
  not_exact: z.array(z.string()).describe('Why they may not'),
  points_refused: z.array(z.string()).describe('Which points there were not, and why'),
  deadlock: z
    .array(z.object({ task: z.string(), program: z.string(), waits_for: z.string(), held_by: z.string().nullable() }))
    .nullable()
    .describe('Who waited for whom, if the run ended so'),
});

const replay = z.object({
  recorded: count,
  injected: count,
  missed: z
    .array(
      z.union([
        z.object({ task: z.string(), syscall: z.string(), ordinal: count, fault: z.string(), reason }),
        packetPlace.extend({
          reason,
          by_time: z.boolean().describe('The connection had fewer packets, which depends on time as well'),
        }),
        madeSwitch.extend({ reason }),
      ]),
    )
    .describe('Recorded faults that did not come again'),
});

const turn = z.object({
  why: z.string().describe('What made it begin or end, for people'),
  exact: z.boolean().describe('It was by a call, and not by the clock'),
  at: z
    .object({ task: z.string(), call: z.string(), nth: count })
    .nullable()
    .describe('The call: the same in another run where nothing before it differs'),
});

const phase = z.object({
  name: z.string(),
  instance: count.describe('Which time it was, from 1'),
  began_ms: milliseconds,
  ended_ms: milliseconds.nullable().describe('Null if it had not ended when the run did'),
  began: turn,
  ended: turn.nullable(),
  over: z.array(z.string()).describe('Options of it that a later phase set while it was on'),
  error: z.string().nullable().describe('What of it could not be done'),
});

const probe = z.object({
  name: z.string(),
  checks: z
    .array(
      z.object({
        when: z.enum(PROBE_MOMENTS),
        ms: z.number().describe('Since the start of the command; negative before it'),
        ok: z.boolean().nullable().describe('Null if it could not be asked'),
        said: z.string(),
      }),
    )
    .describe('All answers, or of very many those that differ from the one before'),
  asked: count,
  recovered_ms: milliseconds.nullable().describe('From the end of the last phase until it held again'),
  within_ms: milliseconds.nullable().describe('In what time it was to hold again'),
});

/** The JSON report, as the published JSON Schema and the tests see it; its type must be that of what is written. */
export const reportSchema: z.ZodType<Report> = z
  .object({
    schema_version: z.literal(REPORT_SCHEMA_VERSION),
    command: z.array(z.string()),
    seed: count,
    config: z.record(z.string(), z.unknown()).nullable().describe('The configuration, in the form of its file'),
    backends: z.record(z.string(), z.string()).describe('The backend of each part'),
    outcome: z.enum(OUTCOMES),
    reason: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .describe('Why the outcome is not "survived"'),
    exit_code: z.int().min(0).max(255).nullable(),
    signal: z.string().nullable(),
    duration_ms: milliseconds,
    limits: z.object({
      memory: z
        .object({
          backend: z.string(),
          failure: z.enum(['oom-kill', 'enomem']),
          limit_bytes: count.describe('Outside of phases; where only phases set one, the lowest of theirs'),
          phase_limit_bytes: count.nullable().describe('The lowest limit that a phase has set'),
          peak_bytes: count.nullable(),
          oom_kills: count.nullable(),
        })
        .nullable(),
      cpu: z
        .object({
          backend: z.string(),
          limit_fraction: z.number().min(0).max(1).describe('Of one CPU'),
          got_fraction: z.number().nonnegative().nullable(),
          used_ms: milliseconds.nullable(),
          throttled_ms: milliseconds.nullable(),
        })
        .nullable(),
      timeout: z
        .object({
          limit_ms: milliseconds,
          by_default: z.boolean().describe('It is the default timeout of runs with random faults'),
          reached: z.boolean(),
          killed: z.boolean().describe('SIGKILL was needed'),
        })
        .nullable(),
    }),
    network: z
      .object({
        backend: z.string(),
        notes: z.array(z.string()).describe('What this backend does differently from what was asked'),
        groups: z.array(flowGroup),
        flows: z.array(flow),
      })
      .nullable(),
    faults: z.array(fault).describe('In the order of time: all of them, or of very many the first and the last'),
    omitted_faults: count.describe('How many faults were left out between these'),
    decisive_fault: count.nullable().describe('The index of the fault that ended the command, if known'),
    rules: z.array(ruleUse),
    schedule: schedule.nullable().describe('The order in which tasks ran, where one ran at a time'),
    replay: replay.nullable().describe('How a replay went'),
    checks: z
      .array(
        z.object({
          command: z.string(),
          after: z.enum(['success', 'always']).describe('--verify: an exit status of 0; --verify-always: any end'),
          status: count.nullable().describe('Its exit status; null if it was not run'),
          output: z.string().describe('What it wrote to stdout and stderr; the end of it, if that was much'),
          skipped: z.string().nullable().describe('Why it was not run'),
        }),
      )
      .describe('The checks of the result'),
    phases: z.array(phase).describe('The instances of phases that were, in the order of their begins'),
    probes: z.array(probe).describe('What the probes of the steady state were told'),
    cleanup: z
      .object({ command: z.string(), status: count, output: z.string() })
      .nullable()
      .describe('The command that was run when the run was over'),
    crashes: z
      .array(
        z.object({
          program: z.string(),
          signal: z.string(),
          pid: z.int(),
          task: z.string(),
          syscall: z.string().nullable().describe('The call that it was in; null if its own code got the signal'),
          code: z.string().nullable().describe('The file that its code was from, and where in it'),
          stack: z.array(frameSchema).nullable().describe('Where in its program it was; null without -k'),
        }),
      )
      .describe('Processes of the tree that died of a signal like SIGSEGV, which nobody had sent; known under ptrace'),
    spin: z
      .object({ task: z.string(), syscall: z.string(), fault: z.string(), times: count.describe('In a row') })
      .nullable()
      .describe('A call that met the same fault again and again, up to the end'),
    wrote_to_stderr: z.boolean().nullable().describe("Null if that can't be known"),
    trace: z.object({
      engine: z.enum(['none', 'ptrace', 'ebpf']),
      syscalls: z.array(
        z.object({
          name: z.string(),
          calls: count,
          errors: count.nullable(),
          seconds: z.number().nonnegative().nullable(),
        }),
      ),
      signals: count,
      tasks: count,
      delays: count.describe('How many times a task was held by a delay'),
      lost: count.describe('Events that were lost, since they came faster than they could be read'),
    }),
    again: z.string().describe('The shell command that makes the same run again'),
    strace: z.string().nullable().describe('The strace command that injects the same, where there is one'),
    escaped: z
      .array(z.object({ pid: count, name: z.string() }))
      .describe('Processes that left the control groups of the run: its limits did not hold them'),
    left: z.array(z.string()).describe('Control groups that could not be removed, and their processes'),
    unwritten: z.string().nullable().describe('Why the recording is incomplete'),
  })
  .describe('How a run of Renacer went');

/** The JSON Schema of reports, as shipped in schema/report.json. */
export function reportJsonSchema(): object {
  return z.toJSONSchema(reportSchema, { target: 'draft-2020-12' });
}
