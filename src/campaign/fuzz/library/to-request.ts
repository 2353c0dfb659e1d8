import { z } from 'zod';
import { MAX_SEED } from '../../../faults/decisions.ts';
import { ADVERSITY_KINDS, type FuzzRequest } from '../../../model/fuzz.ts';
import { type OptionConflict, placesOf, readOptions } from '../../library-options.ts';
import { CAMPAIGN_SHAPE, FAULT_SHAPE, NOT_ASKED, NOT_NARROWED } from '../../library-shape.ts';
import type { FuzzOptions } from './fuzz-options.ts';

const checked = z.strictObject({
  ...CAMPAIGN_SHAPE,
  ...FAULT_SHAPE,
  kinds: z
    .array(z.enum(ADVERSITY_KINDS))
    .min(1)
    .default([...ADVERSITY_KINDS]),
  seed: z.int().min(0).max(MAX_SEED).default(1),
  runs: z.int().min(1).optional(),
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
  ...NOT_ASKED,
  ...NOT_NARROWED,
  runs: undefined,
} satisfies Partial<FuzzRequest>;
