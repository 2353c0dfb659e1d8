import { z } from 'zod';
import { MAX_SEED } from '../../../faults/decisions.ts';
import { ADVERSITY_KINDS, type FuzzRequest } from '../../../model/fuzz.ts';
import { COMPARED } from '../../../model/sweep-request.ts';
import { errnoNumberOf } from '../../../syscalls/errnos.ts';
import { parseSyscallSet } from '../../../syscalls/select.ts';
import { syscallName } from '../../../syscalls/syscall-table.ts';
import { absolute, directory, MAX_JOBS, type OptionConflict, placesOf, readOptions } from '../../library-options.ts';
import type { FuzzOptions } from './fuzz-options.ts';

const words = z.array(z.string().min(1));
const shell = z.string().regex(/\S/, 'it is empty');

const checked = z.strictObject({
  input: z.string().default('.').transform(directory),
  stdin: z.string().transform(absolute).optional(),
  env: z.record(z.string(), z.string()).default({}),
  ignore: words.default([]),
  compare: z.array(z.enum(COMPARED)).default(['stdout', 'files']),
  verify: shell.optional(),
  verifyAlways: shell.optional(),
  protect: words.optional(),
  kinds: z
    .array(z.enum(ADVERSITY_KINDS))
    .min(1)
    .default([...ADVERSITY_KINDS]),
  only: words.transform((sets) => parseSyscallSet(sets.join(',')).numbers().map(syscallName)).optional(),
  paths: words.default([]),
  errors: z
    .array(z.string().refine((name) => errnoNumberOf(name) !== undefined, 'it is no name of an error, such as ENOSPC'))
    .min(1)
    .optional(),
  seed: z.int().min(0).max(MAX_SEED).default(1),
  runs: z.int().min(1).optional(),
  forMs: z.number().positive().optional(),
  jobs: z.int().min(1).max(MAX_JOBS).optional(),
  isolation: z.boolean().default(true),
  network: z.enum(['own', 'host']).default('own'),
  results: z.string().transform(absolute).optional(),
  resume: z.string().transform(absolute).optional(),
  findings: z.string().transform(absolute).optional(),
  signal: z.instanceof(AbortSignal).optional(),
  onProgress: z.custom<FuzzOptions['onProgress']>((value) => typeof value === 'function').optional(),
  onFinding: z.custom<FuzzOptions['onFinding']>((value) => typeof value === 'function').optional(),
});

/** Two names of one file. */
const CONFLICTS: readonly OptionConflict<FuzzOptions>[] = [['results', 'resume']];

/** What the options of the library ask for. Throws INVALID_VALUE, BAD_SYSCALL_SET. */
export function toRequest(command: string, args: readonly string[], options: FuzzOptions): FuzzRequest {
  const read = readOptions('fuzz', checked, options, CONFLICTS);
  const { findings: _, signal: __, onProgress: ___, onFinding: ____, ...rest } = read;
  return { ...NONE, ...rest, command, args, ...placesOf('fuzz', command, args, read) };
}

/** What may be left out. */
const NONE = {
  stdin: undefined,
  verify: undefined,
  verifyAlways: undefined,
  protect: undefined,
  only: undefined,
  errors: undefined,
  runs: undefined,
  forMs: undefined,
  jobs: undefined,
  results: undefined,
  resume: undefined,
} satisfies Partial<FuzzRequest>;
