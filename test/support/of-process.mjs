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

/** The control groups of the runs of a process, in the hierarchies and one level below their roots. */
export function groupsOf(pid) {
  const root = '/sys/fs/cgroup';
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(`renacer-${pid}-`))
    .map(({ parentPath, name }) => path.join(parentPath, name));
}
