import path from 'node:path';
import { z } from 'zod';
import { COMPARED, type Compared } from '../model/fault-campaign-request.ts';
import { errnoNumberOf } from '../syscalls/errnos.ts';
import { parseSyscallSet } from '../syscalls/select.ts';
import { syscallName } from '../syscalls/syscall-table.ts';
import { directory } from './library-options.ts';

const MAX_JOBS = 256;

export const words: z.ZodArray<z.ZodString> = z.array(z.string().min(1));
export const shell: z.ZodString = z.string().regex(/\S/, 'it is empty');

const ownFile = z
  .string()
  .transform((file) => path.resolve(file))
  .optional();
const callback = z.custom<() => void>((value) => typeof value === 'function').optional();

type Optional<Value> = z.ZodOptional<z.ZodType<Value>>;

interface CampaignShape {
  readonly input: z.ZodType<string>;
  readonly stdin: Optional<string>;
  readonly env: z.ZodType<Record<string, string>>;
  readonly verify: Optional<string>;
  readonly verifyAlways: Optional<string>;
  readonly forMs: Optional<number>;
  readonly jobs: Optional<number>;
  readonly isolation: z.ZodType<boolean>;
  readonly network: z.ZodType<'own' | 'host'>;
  readonly results: Optional<string>;
  readonly resume: Optional<string>;
  readonly findings: Optional<string>;
  readonly signal: Optional<AbortSignal>;
  readonly onProgress: Optional<() => void>;
  readonly onFinding: Optional<() => void>;
}

interface FaultShape {
  readonly ignore: z.ZodType<string[]>;
  readonly compare: z.ZodType<Compared[]>;
  readonly protect: Optional<string[]>;
  readonly only: Optional<string[]>;
  readonly paths: z.ZodType<string[]>;
  readonly errors: Optional<string[]>;
}

/** The options that each kind of campaign has. */
export const CAMPAIGN_SHAPE: CampaignShape = {
  input: z.string().default('.').transform(directory),
  stdin: ownFile,
  env: z.record(z.string(), z.string()).default({}),
  verify: shell.optional(),
  verifyAlways: shell.optional(),
  forMs: z.number().positive().optional(),
  jobs: z.int().min(1).max(MAX_JOBS).optional(),
  isolation: z.boolean().default(true),
  network: z.enum(['own', 'host']).default('own'),
  results: ownFile,
  resume: ownFile,
  findings: ownFile,
  signal: z.instanceof(AbortSignal).optional(),
  onProgress: callback,
  onFinding: callback,
};

/** Those that each campaign with faults has. */
export const FAULT_SHAPE: FaultShape = {
  ignore: words.default([]),
  compare: z.array(z.enum(COMPARED)).default(['stdout', 'files']),
  protect: words.optional(),
  only: words.transform((sets) => parseSyscallSet(sets.join(',')).numbers().map(syscallName)).optional(),
  paths: words.default([]),
  errors: z
    .array(z.string().refine((name) => errnoNumberOf(name) !== undefined, 'it is no name of an error, such as ENOSPC'))
    .min(1)
    .optional(),
};

/** What of {@link CAMPAIGN_SHAPE} may be left out. */
export const NOT_ASKED: Readonly<
  Record<'stdin' | 'verify' | 'verifyAlways' | 'forMs' | 'jobs' | 'results' | 'resume', undefined>
> = {
  stdin: undefined,
  verify: undefined,
  verifyAlways: undefined,
  forMs: undefined,
  jobs: undefined,
  results: undefined,
  resume: undefined,
};

/** What of {@link FAULT_SHAPE} may be left out. */
export const NOT_NARROWED: Readonly<Record<'protect' | 'only' | 'errors', undefined>> = {
  protect: undefined,
  only: undefined,
  errors: undefined,
};
