import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { RenacerError } from '../../../model/errors.ts';
import { COMPARED, FAULT_FAMILIES, READY_FORMS, readySign, type SweepRequest } from '../../../model/sweep-request.ts';
import { errnoNumberOf } from '../../../syscalls/errnos.ts';
import { parseSyscallSet } from '../../../syscalls/select.ts';
import { syscallName } from '../../../syscalls/syscall-table.ts';
import { findingsDirectory } from '../../findings-directory.ts';
import type { SweepOptions } from './sweep-options.ts';

const MAX_JOBS = 256;

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
const CONFLICTS: readonly (readonly [keyof SweepOptions, keyof SweepOptions])[] = [
  ['quick', 'every'],
  ['results', 'resume'],
];

/** What the options of the library ask for. Throws INVALID_VALUE, BAD_SYSCALL_SET. */
export function toRequest(command: string, args: readonly string[], options: SweepOptions): SweepRequest {
  const read = checked.safeParse(options);
  if (!read.success) {
    const [problem] = read.error.issues;
    throw invalid(`${(problem?.path ?? []).join('.') || 'the options'}: ${problem?.message}`);
  }
  for (const [one, other] of CONFLICTS) {
    if (options[one] && options[other]) throw invalid(`${one} and ${other} can't go together`);
  }
  const { findings, isolation, signal: _, onProgress: __, onFinding: ___, ...rest } = read.data;
  if (!isolation && rest.network === 'host') throw invalid('without isolation it has the network of this machine');
  if (rest.quick && rest.depth === 2) throw invalid("quick and depth 2 can't go together");
  if ((rest.ready === undefined) !== (rest.drive === undefined)) throw invalid('ready and drive go together');
  const results = rest.resume ?? rest.results;
  const directoryOfFindings = findings ?? findingsDirectory({ command, args, input: rest.input }, results);
  return {
    ...NONE,
    ...rest,
    command,
    args,
    isolation: isolation ? 'full' : 'none',
    findingsDirectory: directoryOfFindings,
    ownFiles: [directoryOfFindings, ...(results === undefined ? [] : [results])],
    self: 'renacer',
  };
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

function absolute(file: string): string {
  return path.resolve(file);
}

/** As the kernel names it: paths that a command asks for are compared with it. */
function directory(name: string, context: z.RefinementCtx): string {
  const full = existsSync(name) ? realpathSync(name) : '/';
  if (full === '/') context.addIssue({ code: 'custom', message: `${JSON.stringify(name)} is no directory to copy` });
  return full;
}

function invalid(what: string): RenacerError {
  return new RenacerError('INVALID_VALUE', `sweep: ${what}`, { hint: 'see docs/library.md for what is allowed' });
}
