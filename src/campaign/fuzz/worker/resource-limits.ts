import { type ResourceLimit, RLIMIT_DATA, RLIMIT_NOFILE } from '../../../linux/rlimits.ts';
import type { FuzzLimit } from '../../../model/fuzz.ts';

const RESOURCES = { files: RLIMIT_NOFILE, memory: RLIMIT_DATA } as const;

/** As the kernel takes them: for each process by itself. */
export function resourceLimits(limits: readonly FuzzLimit[]): ResourceLimit[] {
  return limits.map(({ of, most }) => ({ resource: RESOURCES[of], soft: most, hard: most }));
}
