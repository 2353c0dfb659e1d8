import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The ids of the processes that a process has made, and that have not ended. */
export function childrenOf(pid) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const [state, parent] = readFileSync(`/proc/${name}/stat`, 'latin1')
          .replace(/^.*\) /s, '')
          .split(' ');
        return state !== 'Z' && Number(parent) === pid;
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** The control groups of the runs of a process. Others come and go meanwhile. */
export function groupsOf(pid, directory = '/sys/fs/cgroup') {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => path.join(directory, name))
      .flatMap((child) => [
        ...(path.basename(child).startsWith(`renacer-${pid}-`) ? [child] : []),
        ...groupsOf(pid, child),
      ]);
  } catch {
    return [];
  }
}
