import type { CgroupV1 } from '../../linux/cgroup-v1.ts';
import type { CgroupV2 } from '../../linux/cgroup-v2.ts';
import type { CpuLimit } from './cpu-limit.ts';
import { DutyCycle } from './duty-cycle.ts';
import { ifAvailable } from './group-unavailable.ts';
import type { RunGroups } from './run-groups.ts';
import type { Tree } from './tree.ts';

export interface CpuRequest {
  /** Of one CPU, for the whole tree. 0 stands for the smallest that the kernel can enforce, 0.001; undefined: there is no limit at first. */
  readonly fraction: number | undefined;
}

/** Limits the CPU time of the whole tree by the quota of a control group, or undefined where none can be had. */
export function prepareQuota(groups: RunGroups, { fraction }: CpuRequest): CpuLimit | undefined {
  const candidates: [name: string, make: () => CgroupV1 | CgroupV2][] = [
    ['cgroup v2', () => groups.v2(['cpu'])],
    ['cgroup v1', () => groups.v1('cpu')],
    ['systemd scope', () => groups.scope(['cpu'])],
  ];
  for (const [name, make] of candidates) {
    const group = ifAvailable(make);
    if (group === undefined) continue;
    const backend = fraction === undefined || setQuota(group, fraction) ? name : `${name} (a group above allows less)`;
    return {
      backend,
      start: () => {},
      stop: () => {},
      change: (changed) => void setQuota(group, changed),
      throttledUs: () => group.throttledUs,
    };
  }
  return undefined;
}

/** Limits the CPU time of the whole tree by stopping and continuing it: for where there is no quota. */
export function prepareDutyCycle(tree: Tree, { fraction }: CpuRequest): CpuLimit {
  return new DutyCycle(tree, fraction);
}

/** In v1 the kernel refuses (EINVAL) a quota above that of a parent: then the parent's holds, and is the stricter one. */
function setQuota(group: CgroupV1 | CgroupV2, fraction: number | undefined): boolean {
  try {
    group.limitCpu(fraction);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return false;
    throw error;
  }
}
