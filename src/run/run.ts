import type { RunResult } from '../model/run-result.ts';
import { CleanUp } from './clean-up.ts';
import { conclude } from './conclude.ts';
import { prepare } from './prepare.ts';
import type { RunRequest } from './request.ts';
import { runSession } from './session.ts';

/**
 * Runs a command as asked, and resolves to how it went: the failure of the target is a result. Rejects with a
 * RenacerError for what Renacer itself can't do, and then nothing was started or nothing of it is left.
 */
export async function runCommand(command: string, args: readonly string[], request: RunRequest): Promise<RunResult> {
  const cleanUp = new CleanUp();
  try {
    const run = await prepare([command, ...args], request, cleanUp);
    const result = await conclude(run, await runSession(run));
    await cleanUp.run();
    return { ...result, left: run.tree.left, cleanup: run.cleanUpCommand?.use };
  } finally {
    await cleanUp.run();
  }
}
