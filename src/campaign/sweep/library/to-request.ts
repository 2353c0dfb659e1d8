import { z } from 'zod';
import { FAULT_FAMILIES, READY_FORMS, readySign, type SweepRequest } from '../../../model/sweep-request.ts';
import { invalidOption, type OptionConflict, placesOf, readOptions } from '../../library-options.ts';
import { CAMPAIGN_SHAPE, FAULT_SHAPE, NOT_ASKED, NOT_NARROWED, shell, words } from '../../library-shape.ts';
import type { SweepOptions } from './sweep-options.ts';

const checked = z.strictObject({
  ...CAMPAIGN_SHAPE,
  ...FAULT_SHAPE,
  faults: z.array(z.enum(FAULT_FAMILIES)).min(1).default(['errors', 'short', 'persistent']),
  every: z.boolean().default(false),
  depth: z.literal([1, 2]).default(1),
  maxRuns: z.int().min(1).optional(),
  sites: words.default([]),
  quick: z.boolean().default(false),
  ready: z
    .string()
    .refine((text) => readySign(text) !== undefined, `it is none of ${READY_FORMS.join(', ')}`)
    .optional(),
  drive: shell.optional(),
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
  ...NOT_ASKED,
  ...NOT_NARROWED,
  maxRuns: undefined,
  ready: undefined,
  drive: undefined,
} satisfies Partial<SweepRequest>;
