import { type ResourceLimit, RLIMIT_NOFILE, readResourceLimit } from '../linux/rlimits.ts';

/**
 * The limit of open files that Renacer was started with, for the command: Node raises its own soft limit to the hard one
 * when it starts. What it was before is not kept anywhere, but whoever started us has it still. Empty if there is no
 * difference.
 */
export function givenOpenFilesLimit(): ResourceLimit[] {
  const own = readResourceLimit('self', RLIMIT_NOFILE);
  const given = readResourceLimit(process.ppid, RLIMIT_NOFILE);
  return own && given && given.hard === own.hard && given.soft < own.soft ? [given] : [];
}
