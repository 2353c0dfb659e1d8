import { pidNamespace, readProcessStat } from '../../linux/process-stat.ts';
import { ownResourceLimit, type ResourceLimit, RLIMIT_RTTIME, readResourceLimit } from '../../linux/rlimits.ts';
import type { RunIdentity } from './run-identity.ts';

// The mark is a limit of real-time CPU time (RLIMIT_RTTIME) of more than seventy years. It limits nothing, every child
// inherits it through fork, exec, setsid and setuid, and /proc/PID/limits shows it. Where no control group can be made,
// it is how a run's processes are told from others, orphans and daemons included. Only a program that sets this limit
// itself (an audio server) escapes, and then its parent gives it away.
//
// Its 52 bits, exact in a double, from the top: a constant one; how deep Renacers are nested (an inner mark must be the
// lower one, since a hard limit can't be raised); the owner's pid, a part of its start time, the ordinal of the run.
const DEPTHS = 2 ** 3;
const PIDS = 2 ** 22;
const START_TIMES = 2 ** 16;
const ORDINALS = 2 ** 10;
const PER_DEPTH = PIDS * START_TIMES * ORDINALS;
const LOWEST = PER_DEPTH * DEPTHS;

/** The limit that marks the processes of a run, or undefined if this process's own limit leaves no room for one. */
export function markOf(run: RunIdentity): ResourceLimit | undefined {
  const own = ownResourceLimit(RLIMIT_RTTIME);
  const depth = Math.min(DEPTHS, Math.floor((Math.min(own.soft, own.hard) - LOWEST) / PER_DEPTH)) - 1;
  if (depth < 0) return undefined;
  const payload = (run.pid * START_TIMES + (run.startTime % START_TIMES)) * ORDINALS + (run.ordinal % ORDINALS);
  const soft = LOWEST + depth * PER_DEPTH + payload;
  // An outer Renacer's mark stays in the hard limit, so that it still finds these processes.
  return { resource: RLIMIT_RTTIME, soft, hard: Number.isFinite(own.hard) ? own.hard : soft };
}

/** True if the process, or the one that it comes from, was given this mark. */
export function carriesMark(pid: number, mark: ResourceLimit): boolean {
  const limit = readResourceLimit(pid, RLIMIT_RTTIME);
  return limit !== undefined && (limit.soft === mark.soft || limit.hard === mark.soft);
}

/** True if the process carries the mark of a run whose owner has certainly ended. */
export function isOrphanOfDeadRun(pid: number): boolean {
  const value = readResourceLimit(pid, RLIMIT_RTTIME)?.soft ?? 0;
  if (value < LOWEST || value >= 2 * LOWEST) return false;
  if (pidNamespace(pid) !== pidNamespace('self')) return false;
  const ownerAndStart = Math.floor((value % PER_DEPTH) / ORDINALS);
  const owner = readProcessStat(Math.floor(ownerAndStart / START_TIMES));
  return owner === undefined || owner.startTime % START_TIMES !== ownerAndStart % START_TIMES;
}
