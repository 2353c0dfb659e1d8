import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { constants } from 'node:os';
import { makeMemoryFile } from '../../linux/memory-file.ts';
import { RenacerError } from '../../model/errors.ts';
import type { CheckResult } from '../../model/sweep.ts';
import type { RunningClient } from './service-driver.ts';

const SHELL = '/bin/sh';
/** What it wrote last says why. */
const KEPT_BYTES = 16 * 1024;
const MAX_STATUS_BYTES = 8;
/** It goes on by itself: who has started it is gone, so that it is nobody's child here, and waits for tracees do not meet it. */
const IN_BACKGROUND = '{ (eval "$1") 3>&-; echo $? >&3; } &';

/** Where shell commands of ours run. */
export interface ShellPlace {
  readonly cwd: string;
  /** `NAME=value`. */
  readonly env: readonly string[];
  /** Calls a function such that processes that it starts are inside of the enclosure. */
  readonly within: <T>(start: () => T) => T;
}

/** Runs shell commands of ours beside a run: checks, and clients of services. No fault is injected into them, and nobody traces them. */
export class Shell {
  readonly #place: ShellPlace;

  constructor(place: ShellPlace) {
    this.#place = place;
  }

  /**
   * Runs a command to its end, or to its limit; then its process group is gone. Throws RenacerError CHECK_NOT_RUN if it can't be
   * run at all.
   */
  run(command: string, limitMs: number): CheckResult {
    const output = makeMemoryFile('output');
    try {
      const { pid, status, signal, error } = this.#spawn(['-c', command], [output, output], limitMs);
      endGroup(pid);
      const timedOut = codeOf(error) === 'ETIMEDOUT';
      const code = status ?? 128 + constants.signals[signal ?? 'SIGKILL'];
      return { passed: code === 0, status: code, timedOut, output: lastOf(output) };
    } finally {
      closeSync(output);
    }
  }

  /** Starts a command, and returns at once. */
  start(command: string): RunningClient {
    const [output, status] = [makeMemoryFile('output'), makeMemoryFile('status')];
    const { pid } = this.#spawn(['-c', IN_BACKGROUND, 'sh', command], [output, output, status], 0);
    return new RunningShell(pid, output, status);
  }

  #spawn(args: readonly string[], fds: readonly number[], limitMs: number): SpawnSyncReturns<Buffer> {
    const { cwd, env, within } = this.#place;
    // `detached`: it leads a session, and so a process group, of its own. The types do not know that spawnSync has it, too.
    const options = {
      ...{ cwd, env: variables(env), stdio: ['ignore', ...fds] as ('ignore' | number)[] },
      ...{ detached: true, timeout: Math.ceil(limitMs), killSignal: 'SIGKILL' as const },
    };
    const done = within(() => spawnSync(SHELL, args, options));
    const code = codeOf(done.error);
    if (code === undefined || code === 'ETIMEDOUT') return done;
    throw new RenacerError(
      'CHECK_NOT_RUN',
      `the shell command ${JSON.stringify(args.at(-1))} could not be run: ${code}`,
    );
  }
}

/** A shell command that runs beside others. */
class RunningShell implements RunningClient {
  readonly #group: number;
  readonly #output: number;
  readonly #status: number;

  constructor(group: number, output: number, status: number) {
    this.#group = group;
    this.#output = output;
    this.#status = status;
  }

  poll(): CheckResult | undefined {
    const said = lastOf(this.#status, MAX_STATUS_BYTES);
    if (!said.endsWith('\n')) return undefined;
    const status = Number(said);
    return this.#closed({ passed: status === 0, status, timedOut: false });
  }

  end(): CheckResult {
    return this.#closed({ passed: false, status: 128 + constants.signals.SIGKILL, timedOut: true });
  }

  #closed(result: Omit<CheckResult, 'output'>): CheckResult {
    endGroup(this.#group);
    const output = lastOf(this.#output);
    closeSync(this.#output);
    closeSync(this.#status);
    return { ...result, output };
  }
}

function lastOf(fd: number, most = KEPT_BYTES): string {
  const { size } = fstatSync(fd);
  const bytes = Buffer.alloc(Math.min(size, most));
  readSync(fd, bytes, 0, bytes.length, size - bytes.length);
  return bytes.toString('latin1');
}

/** What a shell command leaves running ends with it. */
function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

function variables(env: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    env.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}
