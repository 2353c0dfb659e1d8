import { z } from 'zod';
import { MAX_SEED } from '../../../faults/decisions.ts';
import type { ExploreRequest } from '../../../model/explore.ts';
import { SCHEDULE_POINTS } from '../../../model/schedule.ts';
import { absolute, directory, MAX_JOBS, type OptionConflict, placesOf, readOptions } from '../../library-options.ts';
import type { ExploreOptions } from './explore-options.ts';

const MAX_BOUND = 100;
const MAX_DEPTH = 100;

const shell = z.string().regex(/\S/, 'it is empty');

const checked = z.strictObject({
  input: z.string().default('.').transform(directory),
  stdin: z.string().transform(absolute).optional(),
  env: z.record(z.string(), z.string()).default({}),
  verify: shell.optional(),
  verifyAlways: shell.optional(),
  expect: z
    .array(z.enum(['survived', 'failed', 'crashed', 'hung', 'corrupted']))
    .min(1)
    .default(['survived']),
  runs: z.int().min(1).optional(),
  forMs: z.number().positive().optional(),
  bound: z.int().min(0).max(MAX_BOUND).optional(),
  points: z.enum(SCHEDULE_POINTS).default('locks'),
  strategy: z.enum(['mix', 'random', 'urw', 'pct', 'pos']).default('mix'),
  depth: z.int().min(1).max(MAX_DEPTH).default(3),
  seed: z.int().min(0).max(MAX_SEED).default(1),
  keepGoing: z.boolean().default(false),
  jobs: z.int().min(1).max(MAX_JOBS).optional(),
  isolation: z.boolean().default(true),
  network: z.enum(['own', 'host']).default('own'),
  results: z.string().transform(absolute).optional(),
  resume: z.string().transform(absolute).optional(),
  findings: z.string().transform(absolute).optional(),
  signal: z.instanceof(AbortSignal).optional(),
  onProgress: z.custom<ExploreOptions['onProgress']>((value) => typeof value === 'function').optional(),
  onFinding: z.custom<ExploreOptions['onFinding']>((value) => typeof value === 'function').optional(),
});

/** Pairs that say the opposite of each other, or mean the same file. */
const CONFLICTS: readonly OptionConflict<ExploreOptions>[] = [
  ['bound', 'strategy'],
  ['bound', 'depth'],
  ['results', 'resume'],
];

/** What the options of the library ask for. Throws INVALID_VALUE. */
export function toRequest(command: string, args: readonly string[], options: ExploreOptions): ExploreRequest {
  const read = readOptions('explore', checked, options, CONFLICTS);
  const { findings: _, keepGoing, signal: __, onProgress: ___, onFinding: ____, ...rest } = read;
  return { ...NONE, ...rest, command, args, keepsGoing: keepGoing, ...placesOf('explore', command, args, read) };
}

/** What may be left out. */
const NONE = {
  stdin: undefined,
  verify: undefined,
  verifyAlways: undefined,
  runs: undefined,
  forMs: undefined,
  bound: undefined,
  jobs: undefined,
  results: undefined,
  resume: undefined,
} satisfies Partial<ExploreRequest>;
