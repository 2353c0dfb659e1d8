import { signalAll } from '../../linux/cgroup.ts';
import { readHierarchies } from '../../linux/cgroup-hierarchies.ts';
import { monotonicMs } from '../../linux/clock.ts';
import type { ResourceLimit } from '../../linux/rlimits.ts';
import type { CpuUse, EscapedProcess, MemoryUse } from '../../model/run-result.ts';
import { type CpuRequest, prepareDutyCycle, prepareQuota } from './cpu.ts';
import type { CpuLimit } from './cpu-limit.ts';
import type { Guard } from './guard.ts';
import { type MemoryRequest, prepareMemory } from './memory.ts';
import { markOf } from './process-mark.ts';
import { ProcessScan } from './process-scan.ts';
import { RunGroups } from './run-groups.ts';
import { groupName, newRunIdentity } from './run-identity.ts';
import { makeTree } from './tree.ts';

export interface LimitsRequest {
  readonly memory?: MemoryRequest;
  readonly cpu?: CpuRequest;
}

/** What a tree may have, from some moment on; undefined: no limit. */
export interface LimitValues {
  readonly memoryBytes: number | undefined;
  readonly cpuFraction: number | undefined;
}

/** The limits of one run and the container of its tree, made before the command starts. */
export interface PreparedLimits {
  /** What serves each part, for the report. */
  readonly backends: { readonly memory?: string; readonly cpu?: string; readonly tree: string };
  /** To be set in the new task before its exec. */
  readonly rlimits: readonly ResourceLimit[];
  /**
   * The mark of its processes, to be set in the new task too, unless a tracer knows them all: it finds those that leave their
   * groups. Empty if it is among `rlimits` already, or can't be had.
   */
  mark(): readonly ResourceLimit[];
  /** The cgroup v2 directory that the tree is in; undefined if there is none. */
  readonly cgroupV2: string | undefined;
  /** The directories of its groups: the new task is to be in all of them before its exec. */
  readonly groups: readonly string[];
  /** To be called when the command's first process exists. `tracer`: the thread that traces the tree, if one does. */
  started(rootPid: number, tracer: number | undefined): void;
  /** SIGKILL to all of the tree. Synchronous, so that it works in an `exit` handler; they are gone a moment later. */
  killTree(): void;
  signalTree(signal: NodeJS.Signals): void;
  /** Other limits from now on, of those that were asked for. Throws EBUSY where the kernel can't free so much memory (cgroup v1). */
  change(values: LimitValues): void;
  /** The whole tree stands still until `resume`: by the freezer, or else by SIGSTOP. */
  pause(): void;
  resume(): void;
  /** What stops it then; undefined: signals, which a program may notice. */
  readonly freezer: string | undefined;
  processIds(): number[];
  isEmpty(): boolean;
  /** CPU time of the whole tree so far, in µs; undefined where nothing can tell. */
  cpuTimeUs(): number | undefined;
  /** Processes that have left its control groups, as far as they were seen. */
  escaped(): EscapedProcess[];
  /** To be asked when the run has ended, before `dispose`. */
  usage(): { readonly memory: MemoryUse | undefined; readonly cpu: CpuUse | undefined };
  /** Ends limits and removes the groups. Resolves to those that could not be removed, with their processes, in words. */
  dispose(): Promise<string[]>;
}

/**
 * Makes what the limits need: each part by the first backend that this machine lets us have. The guard is told of all that a killed
 * Renacer would leave.
 *
 * Throws MEMORY_LIMIT_UNAVAILABLE, and leaves nothing behind then. The CPU limit and the container always have a fallback.
 */
export function prepareLimits(request: LimitsRequest, guard?: Guard): PreparedLimits {
  const identity = newRunIdentity();
  const groups = new RunGroups(groupName(identity), readHierarchies(), guard);
  try {
    return assemble(request, groups, markOf(identity), guard);
  } catch (error) {
    groups.remove();
    throw error;
  }
}

function assemble(
  request: LimitsRequest,
  groups: RunGroups,
  possibleMark: ResourceLimit | undefined,
  guard: Guard | undefined,
): PreparedLimits {
  const memory = request.memory && prepareMemory(groups, request.memory);
  const quota = request.cpu && prepareQuota(groups, request.cpu);
  const scan = new ProcessScan(possibleMark);
  const tree = makeTree(groups, scan);
  const cpu = quota ?? (request.cpu && prepareDutyCycle(tree, request.cpu));
  const mark = possibleMark ? [possibleMark] : [];
  const needsMark = groups.all.length === 0;
  const tellGuard = (): void => {
    for (const { soft } of mark) guard?.mark(soft);
  };
  if (needsMark) tellGuard();
  let startedMs = 0;
  let lowest = request.cpu?.fraction;

  return {
    backends: { ...(memory && { memory: memory.backend }), ...(cpu && { cpu: cpu.backend }), tree: tree.name },
    rlimits: [...(memory?.rlimits ?? []), ...(needsMark ? mark : [])],
    mark() {
      if (needsMark) return [];
      tellGuard();
      return mark;
    },
    cgroupV2: groups.all.find((group) => group.version === 2)?.directory,
    groups: groups.all.map((group) => group.directory),
    started(rootPid, tracer) {
      if (startedMs === 0) startedMs = monotonicMs();
      scan.add(rootPid, tracer);
      cpu?.start();
    },
    killTree() {
      cpu?.stop();
      tree.kill();
    },
    signalTree(signal) {
      signalAll(tree.processIds(), signal);
    },
    change({ memoryBytes, cpuFraction }) {
      if (cpuFraction !== undefined) lowest = Math.min(cpuFraction, lowest ?? cpuFraction);
      cpu?.change(cpuFraction);
      memory?.change(memoryBytes);
    },
    pause: () => tree.pause(),
    resume: () => tree.resume(),
    freezer: tree.freezer,
    processIds: () => tree.processIds(),
    isEmpty: () => tree.isEmpty(),
    cpuTimeUs: () => tree.cpuTimeUs(),
    escaped: () => tree.escaped(),
    usage: () => ({
      memory: memory?.use(),
      cpu: cpu && lowest !== undefined ? cpuUse(cpu, lowest, tree.cpuTimeUs(), monotonicMs() - startedMs) : undefined,
    }),
    dispose() {
      cpu?.stop();
      return groups.dispose();
    },
  };
}

function cpuUse(limit: CpuLimit, fraction: number, usedUs: number | undefined, wallMs: number): CpuUse {
  const throttledUs = limit.throttledUs();
  return {
    backend: limit.backend,
    limitFraction: fraction,
    gotFraction: usedUs === undefined ? undefined : usedUs / 1000 / wallMs,
    usedMs: usedUs === undefined ? undefined : usedUs / 1000,
    throttledMs: throttledUs === undefined ? undefined : throttledUs / 1000,
  };
}
