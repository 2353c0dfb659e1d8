import { signalByName } from '../faults/strace-names.ts';
import type { Outcome } from '../model/outcome.ts';
import type { RunResult } from '../model/run-result.ts';

const TIMED_OUT = 124;
const FAILED = 1;
const SIGNAL_BASE = 128;

/**
 * The exit code of a run: with `expect`, whether the outcome was one of these; else the target's own, in the way of
 * shells and timeout(1). A failed check is a failure, though the target exited with 0.
 */
export function exitCodeOf(result: RunResult, expect: readonly Outcome[] | undefined): number {
  if (expect) return expect.includes(result.outcome) ? 0 : FAILED;
  if (result.limits.timeout?.reached) return TIMED_OUT;
  if (result.outcome === 'corrupted') return FAILED;
  if (result.exitCode !== undefined) return result.exitCode;
  return SIGNAL_BASE + (signalByName(result.signal ?? '') ?? 0);
}
