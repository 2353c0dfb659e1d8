import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RENACER, scratch } from '../support/guests.ts';

const O_NONBLOCK = 0o4000;

/** The flags that a target finds on a descriptor which is a pipe that Renacer has, too. */
function flagsUnder(renacer: string, fd: number): number {
  const file = path.join(scratch(), 'flags');
  const command = `${renacer} sh -c 'cat /proc/$$/fdinfo/${fd} > ${file}'`;
  // Each of the three is a pipe of the shell's.
  spawnSync('sh', ['-c', `sleep 0.3 | ${command} 2>&1 | cat`]);
  const stdout = readFileSync(file, 'utf8');
  return Number.parseInt(/^flags:\s*(\d+)$/m.exec(stdout)![1]!, 8);
}

describe('pipes that the target shares with Renacer', () => {
  it.each([0, 1, 2])('stay as they are: descriptor %i', (fd) => {
    for (const options of ['-e inject=swapon:error=EIO --', '-f -o /dev/null --', '--chaos gentle --']) {
      expect(flagsUnder(`${RENACER} ${options}`, fd) & O_NONBLOCK, options).toBe(0);
    }
  });
});
