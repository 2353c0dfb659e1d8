import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';

/** Of a digest that tells the campaigns of one user apart. */
const DIGITS = 8;

/**
 * Where the files of findings go: beside the report or the results file if there is one, else where a user's programs keep such
 * files (XDG_STATE_HOME), a directory for each command. Not into the current directory: that is the input of the campaign.
 */
export function findingsDirectory(
  { command, args, input }: { readonly command: string; readonly args: readonly string[]; readonly input: string },
  beside: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): string {
  if (beside !== undefined) {
    const { dir, name } = path.parse(beside);
    return path.join(dir, `${name}.findings`);
  }
  const home = env.XDG_STATE_HOME?.startsWith('/') ? env.XDG_STATE_HOME : path.join(os.homedir(), '.local/state');
  const words = JSON.stringify([input, command, ...args]);
  const digest = createHash('sha256').update(words).digest('hex').slice(0, DIGITS);
  return path.join(home, 'renacer', 'findings', `${path.basename(command)}-${digest}`);
}
