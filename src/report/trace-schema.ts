import { z } from 'zod';
import { frameSchema, hexadecimalSchema } from './frame-schema.ts';
import { TRACE_SCHEMA_VERSION, type TraceHeader, type TraceRecord } from './trace-record.ts';

const base = z.object({
  time: z.number().describe('Seconds since the epoch; of a call, when it was entered'),
  task: z.string().describe('The path of forks of the task: "0" is the command, "0.1" the first task that it made'),
  pid: z.int().describe('The thread id'),
});

const place = {
  ip: hexadecimalSchema.nullable().describe('The instruction pointer; null without -i and -k'),
  stack: z
    .array(frameSchema)
    .nullable()
    .describe('The stack, from the innermost function; null without -k, and where none could be found'),
};

const header = z.object({
  type: z.literal('trace'),
  schema_version: z.literal(TRACE_SCHEMA_VERSION),
  command: z.array(z.string()),
});

const syscall = base.extend({
  type: z.literal('syscall'),
  abi: z.string().describe('The table that the number belongs to: x86_64, i386, x32'),
  nr: z.int().nonnegative(),
  name: z.string(),
  args: z.array(z.string()).describe('The arguments decoded, as strace prints them and in its order'),
  raw_args: z.array(z.string()).describe('The argument words in hexadecimal'),
  result: z
    .number()
    .nullable()
    .describe('What the call returned; -1 if it failed; null if it never came back. Exact in ±2^53: see raw_result'),
  raw_result: z.string().nullable().describe('The same in hexadecimal, all 64 bits of it'),
  result_text: z.string().describe('The same as strace prints it'),
  error: z.string().nullable().describe('The name of the errno of a call that failed'),
  duration: z.number().nonnegative().describe('Seconds'),
  injected: z.boolean().describe('The result is a fault'),
  poked: z.boolean().describe('A fault changed arguments or the memory that they point to'),
  delayed: z.boolean().describe('A fault delayed the call'),
  data: z
    .array(z.string())
    .nullable()
    .describe('All data that passed, in base64, a string for each buffer, where -e read= or write= asked for them'),
  ...place,
});

const signal = base.extend({
  type: z.literal('signal'),
  signal: z.string(),
  info: z.string().describe('The siginfo_t as strace prints it'),
  injected: z.boolean(),
  ...place,
});

const record = z.discriminatedUnion('type', [
  syscall,
  signal,
  base.extend({ type: z.literal('stop'), signal: z.string(), ...place }),
  base.extend({ type: z.literal('birth'), parent_pid: z.int(), thread: z.boolean() }),
  base.extend({ type: z.literal('detach') }),
  base.extend({ type: z.literal('exec-by-thread'), former_pid: z.int() }),
  base.extend({
    type: z.literal('exit'),
    exit_code: z.int().min(0).max(255).nullable(),
    signal: z.string().nullable(),
    core_dumped: z.boolean(),
  }),
]);

/** A line of `--format json`: the first one is the header. */
export const traceLineSchema: z.ZodType<TraceHeader | TraceRecord> = z
  .union([header, record])
  .describe('A line of a trace of Renacer (--format json); the first one is the header');

/** The JSON Schema of such a line, as shipped in schema/trace.json. */
export function traceJsonSchema(): object {
  return z.toJSONSchema(traceLineSchema, { target: 'draft-2020-12' });
}
