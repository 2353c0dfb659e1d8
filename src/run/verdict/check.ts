import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs the check of a result (`--verify`) in a shell, outside of all chaos. Its output goes to stderr, so that the
 * target's stdout stays its own. Resolves to its exit status; 128+n if a signal ended it.
 */
export function runCheck(command: string, options: { cwd: string; env: NodeJS.ProcessEnv }): Promise<number> {
  const child = spawn('/bin/sh', ['-c', command], { ...options, stdio: ['ignore', 2, 2] });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status, signal) => resolve(status ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
