import type { PreparedLimits } from '../chaos/basic/limits.ts';
import { signalAll } from '../linux/cgroup.ts';

/**
 * For a run that traces the command's first process alone, as strace does without -f: nothing is limited, nothing holds
 * the tree together, and what the command starts is left to itself. Only the first process is ended with Renacer.
 */
export function noLimits(tree = 'none: only the first process'): PreparedLimits {
  let root: number[] = [];
  return {
    backends: { tree },
    rlimits: [],
    mark: () => [],
    cgroupV2: undefined,
    groups: [],
    started(rootPid) {
      root = [rootPid];
    },
    killTree() {
      signalAll(root, 'SIGKILL');
    },
    signalTree(signal) {
      signalAll(root, signal);
    },
    change: () => {},
    pause: () => signalAll(root, 'SIGSTOP'),
    resume: () => signalAll(root, 'SIGCONT'),
    freezer: undefined,
    processIds: () => root,
    // The engine waits for the first process; nobody waits for the others.
    isEmpty: () => true,
    cpuTimeUs: () => undefined,
    escaped: () => [],
    usage: () => ({ memory: undefined, cpu: undefined }),
    dispose: async () => [],
  };
}
