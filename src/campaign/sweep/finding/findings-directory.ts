import os from 'node:os';
import path from 'node:path';

/**
 * Where the files of findings go: beside the report or the results file if there is one, else where a user's programs keep such
 * files (XDG_STATE_HOME). Not into the current directory: that is the input of the sweep.
 */
export function findingsDirectory(beside: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  if (beside !== undefined) {
    const { dir, name } = path.parse(beside);
    return path.join(dir, `${name}.findings`);
  }
  const home = env.XDG_STATE_HOME?.startsWith('/') ? env.XDG_STATE_HOME : path.join(os.homedir(), '.local/state');
  return path.join(home, 'renacer', 'findings');
}
