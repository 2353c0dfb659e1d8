import type { RunResult } from '../../model/run-result.ts';
import type { Death } from '../../model/sweep.ts';
import type { RunRequest } from '../../run/request.ts';
import { runCommand } from '../../run/run.ts';
import type { Scene } from './scene.ts';
import { variables } from './variables.ts';
import type { TreeWatch } from './watch/tree-watch.ts';
import { WatchedTree } from './watch/watched-tree.ts';

/**
 * A subject by `runCommand`, in its scene, watched as the warm engine does. `select`: the calls that the watch is told of.
 * Rejects with a RenacerError for what Renacer itself can't do.
 */
export async function ordinaryRun(
  { subject, workplace, stdio }: Scene,
  watch: TreeWatch,
  select: readonly number[],
  how: Pick<RunRequest, 'replay' | 'still' | 'callSites' | 'rlimits'>,
): Promise<RunResult> {
  const tree = new WatchedTree(watch);
  const [name, ...args] = subject.argv;
  try {
    return await runCommand(subject.file, args, {
      argv0: name,
      cwd: workplace.directory,
      env: variables(subject.env),
      stdio: stdio.fds,
      namespaces: workplace.namespaces,
      newSession: true,
      engine: 'ptrace',
      trace: { select, onEvent: tree.onEvent },
      onStart: ({ pid }) => tree.begin(pid),
      ...how,
    });
  } finally {
    tree.stop();
  }
}

/** Who has crashed. */
export function deathsOf({ crashes }: RunResult): Death[] {
  return crashes.map(({ program, signal, lineage, stack }) => ({ program, signal, isRoot: lineage === '0', stack }));
}
