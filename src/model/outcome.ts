/**
 * How a run ended:
 * - `survived`: exit status 0, and its check (if any) passed
 * - `failed`: a clean error, a non-zero exit status of its own choice
 * - `crashed`: ended by a signal that chaos did not send
 * - `hung`: at its deadline the whole tree had been idle
 * - `corrupted`: exit status 0, but its check failed
 * - `stopped`: ended by a limit or a signal that chaos itself set
 * - `detached`: not ended: a process that Renacer was attached to was let go, and runs on
 */
export const OUTCOMES = ['survived', 'failed', 'crashed', 'hung', 'corrupted', 'stopped', 'detached'] as const;

export type Outcome = (typeof OUTCOMES)[number];
