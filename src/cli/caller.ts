import { constants, existsSync, openSync } from 'node:fs';
import { constants as system } from 'node:os';
import { inheritedFds } from '../linux/inherited-fds.ts';
import type { LaunchSignals } from '../linux/launch-spec.ts';

const VARIABLE = 'RENACER_CALLER';
/** Between the lines of an environment, in place of NUL. */
const SEPARATOR = '\x01';
/** closed descriptors; blocked signals; ignored signals; what the shell says of itself; soft limit of open files, environment */
const FORM = /^([012]*);([0-9a-f]{16});([0-9a-f]{16});(.*?);(\d+|unlimited)\n(.*)$/s;

/** What whoever started us has set for a command, though Node.js has changed it for this process. */
export interface Caller {
  /** Of stdin, stdout and stderr. */
  readonly closed: readonly number[];
  /** Descriptors above them. */
  readonly inheritedFds: readonly number[];
  readonly signals: LaunchSignals | undefined;
  /** Where our working directory is, if it has been removed; undefined if it is where this process is. */
  readonly cwd: string | undefined;
  /** The soft limit of open files; undefined if it is not known. */
  readonly openFiles: number | undefined;
}

/** Where nothing is known. */
export const NOBODY: Caller = {
  closed: [],
  inheritedFds: [],
  signals: undefined,
  cwd: undefined,
  openFiles: undefined,
};

/**
 * To be asked before anything of our own is opened. Node.js opens closed descriptors, and resets signals, before any of our code
 * runs: so bin/renacer notes them, and the environment, which not every shell passes on as it was. It is put right here. Started
 * by `node`, without that script, nothing of it is known.
 */
export function caller(env: NodeJS.ProcessEnv = process.env): Caller {
  const [, closed = '', blocked, ignored, shell = '', openFiles = '', environment = ''] =
    FORM.exec(env[VARIABLE] ?? '') ?? [];
  delete env[VARIABLE];
  if (environment !== '') restore(env, environment.split(SEPARATOR));
  const inherited = hasProc() ? inheritedFds() : [];
  return {
    closed: [...closed].map(Number),
    inheritedFds: inherited,
    cwd: leaveRemovedDirectory(),
    signals:
      blocked === undefined || ignored === undefined
        ? undefined
        : { blocked: BigInt(`0x${blocked}`), ignored: ignoredSignals(BigInt(`0x${ignored}`), shell) },
    openFiles: openFiles === '' ? undefined : openFiles === 'unlimited' ? Number.POSITIVE_INFINITY : Number(openFiles),
  };
}

/** Without it no run begins, which is told when all is loaded. */
export function hasProc(): boolean {
  return existsSync('/proc/self/fd');
}

/** Node.js starts no thread in a directory without a path. Where we go instead, no file can be made. */
function leaveRemovedDirectory(): string | undefined {
  try {
    process.cwd();
    return undefined;
  } catch {
    const fd = openSync('.', constants.O_RDONLY | constants.O_DIRECTORY);
    process.chdir('/proc/self/fd');
    return `/proc/self/fd/${fd}`;
  }
}

function restore(env: NodeJS.ProcessEnv, lines: readonly string[]): void {
  const given = new Map(
    lines.filter((line) => line.indexOf('=') > 0).map((line) => [line.slice(0, line.indexOf('=')), line] as const),
  );
  for (const name of Object.keys(env)) if (!given.has(name)) delete env[name];
  for (const [name, line] of given) {
    const value = line.slice(name.length + 1);
    if (env[name] !== value) env[name] = value;
  }
}

function ignoredSignals(mask: bigint, shell: string): number[] {
  const ignored = Array.from({ length: 64 }, (_, index) => index + 1).filter(
    (signal) => (mask >> BigInt(signal - 1)) & 1n,
  );
  const isShellsOwn = shell.startsWith('bash') && !shell.includes("''");
  return isShellsOwn ? ignored.filter((signal) => signal !== system.signals.SIGQUIT) : ignored;
}
