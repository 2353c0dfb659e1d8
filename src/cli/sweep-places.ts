import { realpathSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { shellQuote } from '../run/command/shell-quote.ts';
import { programName } from './program-name.ts';

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

/** A word by which a shell in any directory calls this Renacer: its name, if it is in PATH, else its path. */
export function selfAsCalled(env: NodeJS.ProcessEnv = process.env): string {
  const script = process.argv[1];
  if (script === undefined) return programName();
  const name = programName();
  return isFoundAs(name, realpathSync(script), env.PATH) ? name : shellQuote([path.resolve(script)]);
}

function isFoundAs(name: string, script: string, search = ''): boolean {
  for (const directory of search.split(path.delimiter).filter((one) => one.startsWith('/'))) {
    try {
      return realpathSync(path.join(directory, name)) === script;
    } catch {
      // Not in this one.
    }
  }
  return false;
}
