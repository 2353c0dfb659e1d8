import type { CgroupV1 } from '../../linux/cgroup-v1.ts';
import type { CgroupV2 } from '../../linux/cgroup-v2.ts';
import { ownResourceLimit, type ResourceLimit, RLIMIT_DATA } from '../../linux/rlimits.ts';
import { RenacerError } from '../../model/errors.ts';
import type { MemoryUse } from '../../model/run-result.ts';
import { ifAvailable } from './group-unavailable.ts';
import type { RunGroups } from './run-groups.ts';

export interface MemoryRequest {
  /** Undefined: there is no limit at first. */
  readonly bytes: number | undefined;
  /** The limit is to change while the command runs. */
  readonly changes?: boolean;
  /** What the program meets at the limit. By default `oom-kill` where control groups can be had, else `enomem`. */
  readonly failure?: 'oom-kill' | 'enomem';
  /** What the arguments and the environment of the command take. */
  readonly launchBytes?: number;
}

/**
 * What a task needs in its control group until it has executed its program. Until then it shares our memory, and the OOM killer would
 * end us with it. No program gets far in so little: a smaller limit ends in a kill all the same.
 */
const LAUNCH_BYTES = 131_072;

/** A memory limit that is ready for the command to start in. */
export interface MemoryLimit {
  readonly backend: string;
  readonly rlimits: readonly ResourceLimit[];
  /** From now on; undefined: no limit. Throws EBUSY where the kernel can't free so much (cgroup v1). */
  change(bytes: number | undefined): void;
  /** Undefined if there has been no limit. */
  use(): MemoryUse | undefined;
}

/**
 * Limits the memory of the whole tree by a control group; or of each of its processes by RLIMIT_DATA, where `enomem` is
 * asked for or no group can be had. Throws MEMORY_LIMIT_UNAVAILABLE if `oom-kill` is asked for and can't be had, or if a limit that changes
 * is asked for where that can't be.
 */
export function prepareMemory(groups: RunGroups, request: MemoryRequest): MemoryLimit {
  if (request.failure === 'enomem') return limitEach(request, 'memory_failure is "enomem"');
  const reasons: string[] = [];
  const candidates: [name: string, make: () => CgroupV1 | CgroupV2][] = [
    ['cgroup v2', () => groups.v2(['memory'])],
    ['cgroup v1', () => groups.v1('memory')],
    ['systemd scope', () => groups.scope(['memory'])],
  ];
  for (const [backend, make] of candidates) {
    const group = ifAvailable(make, (reason) => reasons.push(reason));
    if (group === undefined) continue;
    const { bytes } = request;
    if (bytes !== undefined) group.limitMemory(Math.max(bytes, LAUNCH_BYTES + (request.launchBytes ?? 0)));
    return limitTree(backend, group, bytes);
  }
  if (request.failure !== 'oom-kill') return limitEach(request, reasons.join('; '));
  throw new RenacerError(
    'MEMORY_LIMIT_UNAVAILABLE',
    `the memory limit with oom-kill needs a control group: ${reasons.join('; ')}`,
    {
      hint: 'Run Renacer as root or in a delegated group (see `renacer doctor`), or use memory_failure "enomem".',
    },
  );
}

function limitTree(backend: string, group: CgroupV1 | CgroupV2, bytes: number | undefined): MemoryLimit {
  let lowest: number | undefined;
  return {
    backend,
    rlimits: [],
    change(changed) {
      group.limitMemory(changed);
      if (changed !== undefined && changed !== bytes) lowest = Math.min(changed, lowest ?? changed);
    },
    use() {
      const limitBytes = bytes ?? lowest;
      return limitBytes === undefined
        ? undefined
        : {
            backend,
            failure: 'oom-kill',
            limitBytes,
            phaseLimitBytes: lowest,
            peakBytes: group.memoryPeak,
            oomKills: group.oomKills,
          };
    },
  };
}

/**
 * RLIMIT_DATA counts what brk(2) and private writable mappings reserve, of each process by itself. Nothing tells the peak of that; the
 * use of a control group is another thing, page cache included.
 */
function limitEach({ bytes, changes }: MemoryRequest, reason: string): MemoryLimit {
  if (bytes === undefined || changes) {
    throw new RenacerError(
      'MEMORY_LIMIT_UNAVAILABLE',
      `a memory_limit that changes while the command runs needs a control group: ${reason}`,
      { hint: 'Set memory_limit outside of phases, or see `renacer doctor` for what a control group needs.' },
    );
  }
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
  return {
    backend,
    rlimits: [{ resource: RLIMIT_DATA, soft: limit, hard: limit }],
    change: () => {},
    use,
  };
}
