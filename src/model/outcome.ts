/**
 * How a run ended:
 * - `survived`: exit status 0, and its check (if any) passed
 * - `failed`: a clean error, a non-zero exit status of its own choice
 * - `crashed`: ended by a signal that chaos did not send
 * - `hung`: at its deadline the whole tree had been idle, and not for a delay of ours
 * - `corrupted`: its check failed, though it exited with 0, or however it ended
 * - `stopped`: ended by a limit or a signal that chaos itself set
 * - `diverged`: a replay that diverged from its recording: no verdict, whatever became of the command
 * - `detached`: not ended: a process that Renacer was attached to was let go, and runs on
 */
export const OUTCOMES = [
  'survived',
  'failed',
  'crashed',
  'hung',
  'corrupted',
  'stopped',
  'diverged',
  'detached',
] as const;

export type Outcome = (typeof OUTCOMES)[number];
