import { z } from 'zod';
import { MAX_SEED } from '../../../faults/decisions.ts';
import type { ExploreRequest } from '../../../model/explore.ts';
import { SCHEDULE_POINTS } from '../../../model/schedule.ts';
import { type OptionConflict, placesOf, readOptions } from '../../library-options.ts';
import { CAMPAIGN_SHAPE, NOT_ASKED } from '../../library-shape.ts';
import type { ExploreOptions } from './explore-options.ts';

const MAX_BOUND = 100;
const MAX_DEPTH = 100;

const checked = z.strictObject({
  ...CAMPAIGN_SHAPE,
  expect: z
    .array(z.enum(['survived', 'failed', 'crashed', 'hung', 'corrupted']))
    .min(1)
    .default(['survived']),
  runs: z.int().min(1).optional(),
  bound: z.int().min(0).max(MAX_BOUND).optional(),
  points: z.enum(SCHEDULE_POINTS).default('locks'),
  strategy: z.enum(['mix', 'random', 'urw', 'pct', 'pos']).default('mix'),
  depth: z.int().min(1).max(MAX_DEPTH).default(3),
  seed: z.int().min(0).max(MAX_SEED).default(1),
  keepGoing: z.boolean().default(false),
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
  ...NOT_ASKED,
  runs: undefined,
  bound: undefined,
} satisfies Partial<ExploreRequest>;
