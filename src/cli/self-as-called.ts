import { realpathSync } from 'node:fs';
import path from 'node:path';
import { shellQuote } from '../run/command/shell-quote.ts';
import { programName } from './program-name.ts';

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
