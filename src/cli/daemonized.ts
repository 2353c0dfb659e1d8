import { closeFd, makePipe, readByte, writeByte } from '../linux/fds.ts';
import { childProcess } from '../linux/late-modules.ts';
import { executeHere } from '../linux/launch-set-up.ts';
import { SystemCallError } from '../linux/libc.ts';
import { allowTracers, leaveGroup, leaveSession } from '../linux/process-group.ts';
import { EXIT_OWN_FAILURE } from '../model/errors.ts';
import { execError, resolveCommand } from '../run/command/resolve-command.ts';
import { userOf } from '../run/command/user.ts';
import type { Caller } from './caller.ts';
import type { CommandLine } from './command-line.ts';
import { environment } from './environment.ts';
import { givenOpenFilesLimit } from './open-files-limit.ts';
import type { Daemonize } from './trace-settings.ts';

/** Tells a process of Renacer that it is the tracer, and whose. */
const TRACEE = 'RENACER_TRACEE';
/** Where the tracer says that it traces. */
const READY_FD = 3;

/**
 * `-D`: has another process trace this one, and becomes the command: whoever started us has the command as its child, with its
 * own status and signals. The tracer is no child of the command, which might wait for it: a shell starts it, and ends.
 * Resolves, to the exit code, only if the tracer can't trace; it has said why.
 */
export function becomeCommand(command: string, line: CommandLine, caller: Caller): number {
  const env = environment(line.trace.env);
  const file = resolveCommand(command, process.env, caller.cwd ?? process.cwd());
  const user = line.trace.user === undefined ? undefined : userOf(line.trace.user);
  const [ready, readyEnd] = makePipe();
  allowTracers(true);
  const ourselves = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  childProcess().spawnSync('/bin/sh', ['-c', '"$@" &', 'sh', ...ourselves], {
    stdio: ['ignore', 'ignore', 'inherit', readyEnd],
    env: { ...process.env, [TRACEE]: String(process.pid) },
  });
  closeFd(readyEnd);
  if (!readByte(ready)) return EXIT_OWN_FAILURE;
  allowTracers(false);
  try {
    executeHere({
      file,
      argv: [line.trace.argv0 ?? command, ...line.args],
      env: Object.entries(env).map(([name, value]) => `${name}=${value ?? ''}`),
      cwd: caller.cwd,
      stdio: [0, 1, 2].map((fd) => (caller.closed.includes(fd) ? undefined : fd)) as [number, number, number],
      inheritedFds: caller.inheritedFds,
      signals: caller.signals,
      rlimits: givenOpenFilesLimit(caller.openFiles),
      user,
    });
  } catch (error) {
    throw error instanceof SystemCallError ? execError(command, error.code) : error;
  }
  return EXIT_OWN_FAILURE;
}

/** The process that this one is started to trace; undefined in any other. */
export function traceeOf(where: Daemonize | undefined): { readonly pid: number; ready(): void } | undefined {
  const pid = Number(process.env[TRACEE]);
  delete process.env[TRACEE];
  if (!where || !(pid > 0)) return undefined;
  if (where === 'pgroup') leaveGroup();
  if (where === 'session') leaveSession();
  return {
    pid,
    ready() {
      writeByte(READY_FD);
      closeFd(READY_FD);
    },
  };
}
