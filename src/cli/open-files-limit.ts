import { ownResourceLimit, type ResourceLimit, RLIMIT_NOFILE, readResourceLimit } from '../linux/rlimits.ts';

/**
 * The limit of open files that Renacer was started with, for the command: Node raises its own soft limit to the hard one
 * when it starts. Where it is not known, whoever started us has it still. Empty if there is no difference.
 */
export function givenOpenFilesLimit(soft: number | undefined): ResourceLimit[] {
  const own = ownResourceLimit(RLIMIT_NOFILE);
  const given = soft === undefined ? readResourceLimit(process.ppid, RLIMIT_NOFILE) : { ...own, soft };
  return given && given.hard === own.hard && given.soft < own.soft ? [given] : [];
}
