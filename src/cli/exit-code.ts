import { signalByName } from '../faults/strace-names.ts';
import { type Expectation, unmetExpectation } from '../model/expectation.ts';
import type { RunResult } from '../model/run-result.ts';

const TIMED_OUT = 124;
const FAILED = 1;
const SIGNAL_BASE = 128;

/**
 * The exit code of a run: with `expect`, whether that came true; else the target's own, in the way of shells and
 * timeout(1). A failed check is a failure, whatever the target exited with, and so is a replay that went apart.
 */
export function exitCodeOf(result: RunResult, expect: Expectation | undefined): number {
  if (expect) return unmetExpectation(expect, result) === undefined ? 0 : FAILED;
  // A service may have died of the SIGTERM by which we end it.
  if (result.outcome === 'survived') return 0;
  if (result.outcome === 'corrupted' || result.outcome === 'diverged') return FAILED;
  if (result.error?.code === 'TIMEOUT' || result.error?.code === 'DEADLOCK') return TIMED_OUT;
  if (result.exitCode !== undefined) return result.exitCode;
  return SIGNAL_BASE + (signalByName(result.signal ?? '') ?? 0);
}
