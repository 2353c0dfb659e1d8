import { existsSync, realpathSync } from 'node:fs';
import type { z } from 'zod';
import type { CampaignRequest } from '../model/campaign-request.ts';
import { RenacerError } from '../model/errors.ts';
import { findingsDirectory } from './findings-directory.ts';

/** Two options that say the opposite of each other, or mean the same file. */
export type OptionConflict<Options> = readonly [keyof Options, keyof Options];

/** What the options of the library say, of a campaign of this name. Throws INVALID_VALUE. */
export function readOptions<Options extends object, Read>(
  name: string,
  schema: z.ZodType<Read>,
  options: Options,
  conflicts: readonly OptionConflict<Options>[],
): Read {
  const read = schema.safeParse(options);
  if (!read.success) {
    const [problem] = read.error.issues;
    throw invalidOption(name, `${(problem?.path ?? []).join('.') || 'the options'}: ${problem?.message}`);
  }
  for (const [one, other] of conflicts) {
    if (options[one] === undefined || options[one] === false) continue;
    if (options[other] === undefined || options[other] === false) continue;
    throw invalidOption(name, `${String(one)} and ${String(other)} can't go together`);
  }
  return read.data;
}

interface Places {
  readonly input: string;
  readonly isolation: boolean;
  readonly network: 'own' | 'host';
  readonly findings?: string | undefined;
  readonly results?: string | undefined;
  readonly resume?: string | undefined;
}

/** Where a campaign of this name works, and what it writes. Throws INVALID_VALUE. */
export function placesOf(
  name: string,
  command: string,
  args: readonly string[],
  { input, isolation, network, findings, results, resume }: Places,
): Pick<CampaignRequest, 'isolation' | 'findingsDirectory' | 'ownFiles' | 'self'> {
  if (!isolation && network === 'host') {
    throw invalidOption(name, 'without isolation it has the network of this machine');
  }
  const kept = resume ?? results;
  const directoryOfFindings = findings ?? findingsDirectory({ command, args, input }, kept);
  return {
    isolation: isolation ? 'full' : 'none',
    findingsDirectory: directoryOfFindings,
    ownFiles: [directoryOfFindings, ...(kept === undefined ? [] : [kept])],
    self: 'renacer',
  };
}

/** As the kernel names it: paths that a command asks for are compared with it. */
export function directory(name: string, context: z.RefinementCtx): string {
  const full = existsSync(name) ? realpathSync(name) : '/';
  if (full === '/') context.addIssue({ code: 'custom', message: `${JSON.stringify(name)} is no directory to copy` });
  return full;
}

export function invalidOption(name: string, what: string): RenacerError {
  return new RenacerError('INVALID_VALUE', `${name}: ${what}`, { hint: 'see docs/library.md for what is allowed' });
}
