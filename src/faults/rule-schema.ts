import { z } from 'zod';
import type { RuleJson } from './rule-json.ts';

const numberOrText = z.union([z.number(), z.string()]);

/**
 * The shape of a rule in a configuration file. What the texts may say is checked by `ruleFromJson`, as for the command
 * line. This file loads zod: only src/chaos/schema.ts may import it, which itself is only loaded for a file.
 */
export const ruleSchema: z.ZodType<RuleJson> = z.strictObject({
  syscall: z
    .union([z.string(), z.array(z.string()).min(1)])
    .describe("A set of system calls, as strace's -e trace= takes it, or a list of them"),

  error: numberOrText.describe('Errno that the call fails with, without happening').exactOptional(),
  retval: numberOrText.describe('Value that the call returns, without happening').exactOptional(),
  signal: numberOrText.describe('Signal that is delivered as the call is entered').exactOptional(),
  substitute: z.string().describe('Harmless call that is made in place of one that fails or returns').exactOptional(),
  delay_enter: numberOrText.describe('Delay before the call: microseconds, or with s, ms, us, ns').exactOptional(),
  delay_exit: numberOrText.describe('Delay after the call').exactOptional(),
  poke_enter: z
    .string()
    .describe('@argN=HEX,...: bytes written where an argument points, before the call')
    .exactOptional(),
  poke_exit: z.string().describe('@argN=HEX,...: the same, after the call').exactOptional(),
  short: numberOrText.describe('Most bytes that are moved, or the fraction of what was asked for').exactOptional(),
  after: numberOrText.describe('Errno that is reported though the call happened').exactOptional(),
  lost: z.boolean().describe('Success is reported, and nothing happened').exactOptional(),
  corrupt: z.string().describe('So many bits or bytes[,zero|random|flip] of the buffer').exactOptional(),
  kill: z.enum(['before', 'after']).describe('The task dies at the call').exactOptional(),

  when: numberOrText.describe('FIRST[..LAST][+[STEP]]: which of the eligible calls').exactOptional(),
  probability: z.number().min(0).max(1).describe('Chance of each of them').exactOptional(),
  count: z.enum(['task', 'tree']).describe('Whether each task counts for itself').exactOptional(),
  times: z.int().min(1).describe('The most often that it fires').exactOptional(),
  path: z.string().describe('Glob of the path, or of what the descriptor is open on').exactOptional(),
  fd: numberOrText.describe('Number or kind of the descriptor').exactOptional(),
  args: z.array(z.string()).describe('Conditions on arguments: "arg2&MASK", "arg1==VALUE"').exactOptional(),
  result: z.string().describe('Condition on the result: ">=0"').exactOptional(),
  comm: z.string().describe('Name of the task').exactOptional(),
  task: z.string().describe('Path of births of the task: "0.1"').exactOptional(),
  after_time: numberOrText.describe('Time since the start before which it does not fire').exactOptional(),

  strace: z.boolean().describe("Leave strace's effects behind, not the kernel's").exactOptional(),
  from: z.enum(['exec', 'entry']).describe('Whether the dynamic loader meets the fault, too').exactOptional(),
  realism: z.enum(['likely', 'any']).describe('`any` allows what the kernel could not do').exactOptional(),
});
