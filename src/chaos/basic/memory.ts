import type { CgroupV1 } from '../../linux/cgroup-v1.ts';
import type { CgroupV2 } from '../../linux/cgroup-v2.ts';
import { ownResourceLimit, type ResourceLimit, RLIMIT_DATA } from '../../linux/rlimits.ts';
import { RenacerError } from '../../model/errors.ts';
import type { MemoryUse } from '../../model/run-result.ts';
import { ifAvailable } from './group-unavailable.ts';
import type { RunGroups } from './run-groups.ts';

export interface MemoryRequest {
  readonly bytes: number;
  /** What the program meets at the limit. By default `oom-kill` where control groups can be had, else `enomem`. */
  readonly failure?: 'oom-kill' | 'enomem';
  /** What the arguments and the environment of the command take. */
  readonly launchBytes?: number;
}

/**
 * What a task needs in its control group until it has executed its program. Until then it shares our memory, and the OOM killer would
 * end us with it. No program gets far in so little: a smaller limit ends in a kill all the same.
 */
const LAUNCH_BYTES = 65_536;

/** A memory limit that is ready for the command to start in. */
export interface MemoryLimit {
  readonly backend: string;
  readonly rlimits: readonly ResourceLimit[];
  use(): MemoryUse;
}

/**
 * Limits the memory of the whole tree by a control group; or of each of its processes by RLIMIT_DATA, where `enomem` is
 * asked for or no group can be had. Throws MEMORY_LIMIT_UNAVAILABLE if `oom-kill` is asked for and can't be had.
 */
export function prepareMemory(groups: RunGroups, request: MemoryRequest): MemoryLimit {
  if (request.failure === 'enomem') return limitEach(request);
  const reasons: string[] = [];
  const candidates: [name: string, make: () => CgroupV1 | CgroupV2][] = [
    ['cgroup v2', () => groups.v2(['memory'])],
    ['cgroup v1', () => groups.v1('memory')],
    ['systemd scope', () => groups.scope(['memory'])],
  ];
  for (const [backend, make] of candidates) {
    const group = ifAvailable(make, (reason) => reasons.push(reason));
    if (group === undefined) continue;
    group.limitMemory(Math.max(request.bytes, LAUNCH_BYTES + (request.launchBytes ?? 0)));
    return limitTree(backend, group, request.bytes);
  }
  if (request.failure !== 'oom-kill') return limitEach(request);
  throw new RenacerError(
    'MEMORY_LIMIT_UNAVAILABLE',
    `the memory limit with oom-kill needs a control group: ${reasons.join('; ')}`,
    {
      hint: 'Run Renacer as root or in a delegated group (see `renacer doctor`), or use memory_failure "enomem".',
    },
  );
}

function limitTree(backend: string, group: CgroupV1 | CgroupV2, limitBytes: number): MemoryLimit {
  const use = (): MemoryUse => ({
    backend,
    failure: 'oom-kill',
    limitBytes,
    peakBytes: group.memoryPeak,
    oomKills: group.oomKills,
  });
  return { backend, rlimits: [], use };
}

/**
 * RLIMIT_DATA counts what brk(2) and private writable mappings reserve, of each process by itself. Nothing tells the peak of that; the
 * use of a control group is another thing, page cache included.
 */
function limitEach({ bytes }: MemoryRequest): MemoryLimit {
  const backend = 'RLIMIT_DATA (emulation: per process)';
  const own = ownResourceLimit(RLIMIT_DATA).hard;
  const limit = Math.min(bytes, own);
  const use = (): MemoryUse => ({
    backend,
    failure: 'enomem',
    limitBytes: bytes,
    peakBytes: undefined,
    oomKills: undefined,
  });
  return { backend, rlimits: [{ resource: RLIMIT_DATA, soft: limit, hard: limit }], use };
}
