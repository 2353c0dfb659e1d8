import { z } from 'zod';
import { COMPARED, FAULT_FAMILIES, READY_FORMS, readySign, type SweepRequest } from '../../../model/sweep-request.ts';
import { errnoNumberOf } from '../../../syscalls/errnos.ts';
import { parseSyscallSet } from '../../../syscalls/select.ts';
import { syscallName } from '../../../syscalls/syscall-table.ts';
import {
  absolute,
  directory,
  invalidOption,
  MAX_JOBS,
  type OptionConflict,
  placesOf,
  readOptions,
} from '../../library-options.ts';
import type { SweepOptions } from './sweep-options.ts';

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
  faults: z.array(z.enum(FAULT_FAMILIES)).min(1).default(['errors', 'short', 'persistent']),
  every: z.boolean().default(false),
  depth: z.literal([1, 2]).default(1),
  maxRuns: z.int().min(1).optional(),
  only: words.transform((sets) => parseSyscallSet(sets.join(',')).numbers().map(syscallName)).optional(),
  paths: words.default([]),
  errors: z
    .array(z.string().refine((name) => errnoNumberOf(name) !== undefined, 'it is no name of an error, such as ENOSPC'))
    .min(1)
    .optional(),
  sites: words.default([]),
  quick: z.boolean().default(false),
  forMs: z.number().positive().optional(),
  jobs: z.int().min(1).max(MAX_JOBS).optional(),
  isolation: z.boolean().default(true),
  network: z.enum(['own', 'host']).default('own'),
  ready: z
    .string()
    .refine((text) => readySign(text) !== undefined, `it is none of ${READY_FORMS.join(', ')}`)
    .optional(),
  drive: shell.optional(),
  results: z.string().transform(absolute).optional(),
  resume: z.string().transform(absolute).optional(),
  findings: z.string().transform(absolute).optional(),
  signal: z.instanceof(AbortSignal).optional(),
  onProgress: z.custom<SweepOptions['onProgress']>((value) => typeof value === 'function').optional(),
  onFinding: z.custom<SweepOptions['onFinding']>((value) => typeof value === 'function').optional(),
});

/** Pairs that say the opposite of each other, or mean the same file. */
const CONFLICTS: readonly OptionConflict<SweepOptions>[] = [
  ['quick', 'every'],
  ['results', 'resume'],
];

/** What the options of the library ask for. Throws INVALID_VALUE, BAD_SYSCALL_SET. */
export function toRequest(command: string, args: readonly string[], options: SweepOptions): SweepRequest {
  const read = readOptions('sweep', checked, options, CONFLICTS);
  const { findings: _, signal: __, onProgress: ___, onFinding: ____, ...rest } = read;
  if (rest.quick && rest.depth === 2) throw invalidOption('sweep', "quick and depth 2 can't go together");
  if ((rest.ready === undefined) !== (rest.drive === undefined)) {
    throw invalidOption('sweep', 'ready and drive go together');
  }
  return { ...NONE, ...rest, command, args, ...placesOf('sweep', command, args, read) };
}

/** What may be left out. */
const NONE = {
  stdin: undefined,
  verify: undefined,
  verifyAlways: undefined,
  protect: undefined,
  maxRuns: undefined,
  only: undefined,
  errors: undefined,
  forMs: undefined,
  jobs: undefined,
  ready: undefined,
  drive: undefined,
  results: undefined,
  resume: undefined,
} satisfies Partial<SweepRequest>;
