import { readProcFile } from '../../linux/process-stat.ts';

/** The processes of a tree that a signal is for: `tree`, the command (`0`), or those of a program of this name. */
export function signalTargets(to: string, root: number, tree: readonly number[]): readonly number[] {
  if (to === 'tree') return tree;
  if (to === '0') return tree.includes(root) ? [root] : [];
  return tree.filter((pid) => isProgram(pid, to));
}

/** The kernel keeps 15 bytes of the name; what a script is called is the first argument that names its file. */
function isProgram(pid: number, name: string): boolean {
  const comm = readProcFile(`/proc/${pid}/comm`)?.trimEnd();
  if (comm === undefined) return false;
  return comm === Buffer.from(name).subarray(0, 15).toString();
}

/** Why a signal reached nobody, for people. */
export function nobody(to: string): string {
  if (to === 'tree') return 'no process was there to be signalled';
  return to === '0' ? 'the command had ended' : `no process ${to} was there to be signalled`;
}
