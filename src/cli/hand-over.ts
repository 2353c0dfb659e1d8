import { closeSync, openSync, readlinkSync } from 'node:fs';
import { replaceFd } from '../linux/fds.ts';
import { isTerminal } from '../linux/terminal.ts';
import type { StdioChoice } from '../run/command/stdio.ts';
import type { RunRequest } from '../run/request.ts';
import type { Caller } from './caller.ts';
import { givenOpenFilesLimit } from './open-files-limit.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

/** What the command is to have as our caller has set it. */
export function givenTo(caller: Caller): Pick<RunRequest, 'stdio' | 'inheritedFds' | 'signals' | 'cwd' | 'rlimits'> {
  const choice = (fd: number): StdioChoice => (caller.closed.includes(fd) ? 'closed' : 'inherit');
  return {
    stdio: [choice(STDIN), choice(STDOUT), choice(STDERR)],
    inheritedFds: caller.inheritedFds,
    signals: caller.signals,
    cwd: caller.cwd,
    rlimits: givenOpenFilesLimit(caller.openFiles),
  };
}

/**
 * The command has descriptors of its own now. Ours would keep pipes open that it closes: whoever reads them would wait for our
 * end, and whoever writes to them for a reader. Terminals stay, and stderr, where we have something to say at the end.
 */
export function handOver({ inheritedFds }: Caller): void {
  const nothing = openNothing();
  if (nothing === undefined) return;
  for (const fd of [STDIN, STDOUT]) if (!isTerminal(fd)) replaceFd(fd, nothing);
  for (const fd of inheritedFds) if (isPipe(fd)) closeSync(fd);
  closeSync(nothing);
}

/** Undefined where there is no /dev. */
function openNothing(): number | undefined {
  try {
    return openSync('/dev/null', 'r+');
  } catch {
    return undefined;
  }
}

/** Of other files nobody waits for the end. */
function isPipe(fd: number): boolean {
  try {
    return /^(pipe|socket):/.test(readlinkSync(`/proc/self/fd/${fd}`));
  } catch {
    return false;
  }
}
