import type { CheckUse } from '../../model/run-result.ts';
import { type OutsidePlace, runOutside } from '../command/outside-command.ts';

export interface CheckRequest {
  readonly command: string;
  readonly after: CheckUse['after'];
}

/** How the command ended that is to be checked: nothing is known of one that was let go. */
export interface CheckedEnd {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

export interface CheckContext extends OutsidePlace {
  /** Told what the check writes, as it comes. */
  readonly onOutput?: ((bytes: Uint8Array) => void) | undefined;
}

/** Runs a check if it is for such an end, and else says why not. */
export async function useCheck(
  { command, after }: CheckRequest,
  end: CheckedEnd,
  context: CheckContext,
): Promise<CheckUse> {
  const skipped = after === 'success' ? whyNot(end) : undefined;
  if (skipped !== undefined) return { command, after, status: undefined, output: '', skipped };
  const { status, output } = await runOutside(command, context, context);
  return { command, after, status, output, skipped };
}

function whyNot({ exitCode, signal }: CheckedEnd): string | undefined {
  if (exitCode === 0) return undefined;
  if (exitCode !== undefined) return `the exit status is ${exitCode}`;
  return signal === undefined ? 'the command was detached' : `the command was killed by ${signal}`;
}
