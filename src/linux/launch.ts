import { closeSync, constants, openSync } from 'node:fs';
import type { Calls } from './call-memory.ts';
import { CallTable, type FailedCall, type LaunchSignals } from './call-table.ts';
import { closeFd, makePipe, readByte, writeByte } from './fds.ts';
import { errnoName, syscall } from './libc.ts';
import { enterNamespaces, type NamespaceFds } from './namespaces.ts';
import { OwnCalls } from './own-calls.ts';
import { instructionCount } from './seccomp-filter.ts';
import { sendSignal, signalDispositions } from './signals.ts';
import { SYS } from './syscall-numbers.ts';
import type { User } from './users.ts';
import { reap } from './wait.ts';

const PR_SET_PDEATHSIG = 1;
const PR_SET_DUMPABLE = 4;
const PR_GET_SECUREBITS = 27;
const PR_SET_SECUREBITS = 28;
const SECBIT_NO_SETUID_FIXUP = 4;
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_SET_MODE_FILTER = 1;
const F_SETFD = 2;
const SIGKILL = 9;
const LAST_SIGNAL = 64;
const SIGSET_BYTES = 8;
const SIG_SETMASK = 2;
const SIG_IGN = 1;
/** A struct sigaction of the kernel that is all zero: SIG_DFL. */
const KERNEL_SIGACTION_BYTES = 32;
/** All bits set. */
const RLIM_INFINITY = -1;

export interface Rlimit {
  /** RLIMIT_* number. */
  readonly resource: number;
  /** Infinity for RLIM_INFINITY. */
  readonly soft: number;
  readonly hard: number;
}

/** What is to be started. Nothing here is looked up: `file` is a path, the environment is complete. */
export interface LaunchSpec {
  readonly file: string;
  readonly argv: readonly string[];
  readonly env: readonly string[];
  /** The directory to start in; ours if undefined. */
  readonly cwd: string | undefined;
  /** Which of our file descriptors become 0, 1 and 2. Each is either its own number or above 2; undefined: it is closed. */
  readonly stdio: readonly [number | undefined, number | undefined, number | undefined];
  /** More of ours, which it gets under their numbers. */
  readonly inheritedFds: readonly number[];
  readonly rlimits: readonly Rlimit[];
  /** By default none is ignored, and those are blocked that our main thread blocks. */
  readonly signals?: LaunchSignals | undefined;
  /** Who it runs as; we must be root. The same as we if undefined. */
  readonly user?: User | undefined;
  /** A seccomp program (see seccomp-filter.ts) that the command starts with. */
  readonly filter: Uint8Array | undefined;
  /** Needed for a filter without CAP_SYS_ADMIN; it makes setuid programs lose their privilege. */
  readonly noNewPrivileges: boolean;
  /** The directory of a cgroup v2 that it is to be born in, where that can be: see {@link GatedProcess.isInCgroup}. */
  readonly cgroup?: string | undefined;
  /** Where it is to be, if not where we are. */
  readonly namespaces?: NamespaceFds | undefined;
}

type SetUp = Omit<LaunchSpec, 'filter' | 'noNewPrivileges'>;

/**
 * A process that has everything set up, and waits at its gate just before execve: the moment to put it into cgroups
 * and to seize it.
 *
 * It dies if the thread that made it dies before {@link open}.
 */
export class GatedProcess {
  readonly pid: number;
  /** Whether it was born in the cgroup that was asked for. If not, its id is to be written into cgroup.procs of that. */
  readonly isInCgroup: boolean;
  readonly #table: CallTable;
  readonly #gate: number;
  /** What opens the gate. */
  readonly #key: number;
  readonly #verdict: number;

  private constructor(
    { pid, isInCgroup }: Birth,
    table: CallTable,
    { gate, key, verdict }: { readonly gate: number; readonly key: number; readonly verdict: number },
  ) {
    this.pid = pid;
    this.isInCgroup = isInCgroup;
    this.#table = table;
    this.#gate = gate;
    this.#key = key;
    this.#verdict = verdict;
  }

  /** Throws SystemCallError if no process can be made, LaunchError if it can't be set up. */
  static prepare(spec: LaunchSpec): GatedProcess {
    const table = new CallTable(dataSize(spec));
    const [ready, readyEnd] = makePipe();
    const [gateEnd, gate] = makePipe();
    const [verdict, verdictEnd] = makePipe();
    const note = table.bytes(new Uint8Array(8));

    table.call(SYS.prctl, PR_SET_PDEATHSIG, SIGKILL);
    for (const fd of [ready, gate, verdict]) table.call(SYS.close, fd);
    setUp(table, spec);
    // The change of users has cleared it.
    if (spec.user) table.call(SYS.prctl, PR_SET_PDEATHSIG, SIGKILL);
    table.call(SYS.write, readyEnd, note, 1);
    table.call(SYS.close, readyEnd);
    // The first byte of the command's path comes through the gate. If we died before it asked to die with us, it finds the
    // gate closed, and nothing to execute: it must not run where nobody knows of it.
    const [key = 0, ...rest] = Buffer.from(`${spec.file}\0`);
    const path = table.bytes(Uint8Array.of(0, ...rest));
    table.call(SYS.read, gateEnd, path, 1);
    table.call(SYS.prctl, PR_SET_PDEATHSIG, 0);
    if (spec.noNewPrivileges) table.call(SYS.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (spec.filter) table.call(SYS.seccomp, SECCOMP_SET_MODE_FILTER, 0, filterProgram(table, spec.filter));
    table.unblockSignals(spec.signals);
    execute(table, path, spec);
    // Only what has failed comes here; a successful execve closes the pipe.
    table.failuresLeadHere();
    table.call(SYS.write, verdictEnd, note, 1);
    table.call(SYS.exit, 127);

    const birth = giveBirth(table, spec.cgroup);
    for (const fd of [readyEnd, gateEnd, verdictEnd]) closeFd(fd);
    const { pid } = birth;
    const gated = new GatedProcess(birth, table, { gate, key, verdict });
    const isReady = readByte(ready);
    closeFd(ready);
    // It shares our memory, which the kernel keeps from core dumps once somebody who has it changes users.
    if (spec.user) syscall(SYS.prctl, PR_SET_DUMPABLE, 1, 0, 0, 0, 0);
    if (!isReady) {
      sendSignal(pid, SIGKILL);
      reap(pid);
      throw new LaunchError('set-up', table.failure);
    }
    return gated;
  }

  /** Ends it at its gate. */
  abandon(): void {
    sendSignal(this.pid, SIGKILL);
    reap(this.pid);
    for (const fd of [this.#gate, this.#verdict]) closeFd(fd);
    this.#table.free();
  }

  /** Lets it go on to execve. */
  open(): void {
    writeByte(this.#gate, this.#key);
    closeFd(this.#gate);
  }

  /**
   * Blocks until execve has succeeded or failed, and throws LaunchError if it failed. Not for a tracee, which needs its
   * tracer to get there: call {@link finish} at its exec stop or its end.
   */
  awaitExec(): void {
    const failed = readByte(this.#verdict);
    if (failed) reap(this.pid);
    this.finish(!failed);
  }

  /** After the exec stop, or the end, of a tracee: throws LaunchError if `executed` is false. */
  finish(executed: boolean): void {
    closeFd(this.#verdict);
    const { failure } = this.#table;
    this.#table.free();
    if (!executed) throw new LaunchError('execve', failure);
  }
}

interface Birth {
  readonly pid: number;
  readonly isInCgroup: boolean;
}

/**
 * To be born in a group takes no time; to move there later makes the kernel wait for all CPUs (10 to 20 ms). Where the first is
 * refused (before Linux 5.7, in containers without clone3), the second may still do, or tells better why not.
 */
function giveBirth(table: CallTable, cgroup: string | undefined): Birth {
  if (cgroup !== undefined) {
    try {
      return { pid: startIn(table, cgroup), isInCgroup: true };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  }
  return { pid: table.start(), isInCgroup: false };
}

function startIn(table: CallTable, cgroup: string): number {
  const fd = openSync(cgroup, constants.O_DIRECTORY);
  try {
    return table.startIn(fd);
  } finally {
    closeSync(fd);
  }
}

/** Executes a command in place of this process. Throws SystemCallError if that can't be done. */
export function executeHere(spec: SetUp): void {
  const calls = new OwnCalls(dataSize(spec));
  setUp(calls, spec);
  if (spec.signals) {
    const blocked = calls.bytes(new Uint8Array(BigUint64Array.of(spec.signals.blocked).buffer));
    calls.call(SYS.rt_sigprocmask, SIG_SETMASK, blocked, 0, SIGSET_BYTES);
  }
  execute(calls, calls.string(spec.file), spec);
}

function setUp(calls: Calls, { stdio, inheritedFds, cwd, rlimits, signals, namespaces, user }: SetUp): void {
  setDispositions(calls, signals?.ignored ?? []);
  setUpStdio(calls, stdio);
  for (const fd of inheritedFds) calls.call(SYS.fcntl, fd, F_SETFD, 0);
  if (cwd !== undefined) calls.call(SYS.chdir, calls.string(cwd));
  for (const { resource, soft, hard } of rlimits) {
    calls.call(SYS.prlimit64, 0, resource, calls.words([soft, hard].map(limitWord)), 0);
  }
  // Behind the limits: beyond its user namespace it has no privileges, even if we have.
  if (namespaces) enterNamespaces(calls, namespaces);
  if (user) becomeUser(calls, user);
}

function execute(calls: Calls, path: number, { argv, env }: SetUp): void {
  calls.call(SYS.execve, path, calls.strings(argv), calls.strings(env));
}

/** The command could not be started: `errno` says why. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
  readonly step: 'set-up' | 'execve';
  /** 0 if no call failed: it was killed. */
  readonly errno: number;
  readonly code: string;

  constructor(step: 'set-up' | 'execve', failed: FailedCall | undefined) {
    const code = failed === undefined ? 'killed' : errnoName(failed.errno);
    super(failed === undefined ? `${step}: ${code}` : `${step}: ${failed.name}: ${code}`);
    this.step = step;
    this.errno = failed?.errno ?? 0;
    this.code = code;
  }
}

/**
 * Changes users, but keeps its capabilities until execve: it may need them for a filter. (Without one of these bits the
 * kernel would take them away with the user id.) No step can fail unnoticed: all come before the gate.
 */
function becomeUser(calls: Calls, { uid, gid, groups }: User): void {
  const securebits = syscall(SYS.prctl, PR_GET_SECUREBITS, 0, 0, 0, 0, 0);
  calls.call(SYS.prctl, PR_SET_SECUREBITS, securebits | SECBIT_NO_SETUID_FIXUP);
  calls.call(SYS.setgroups, groups.length, calls.bytes(new Uint8Array(Uint32Array.from(groups).buffer)));
  calls.call(SYS.setresgid, gid, gid, gid);
  calls.call(SYS.setresuid, uid, uid, uid);
  calls.call(SYS.prctl, PR_SET_SECUREBITS, securebits);
}

/** What is ignored stays so across execve: Node.js ignores SIGPIPE and SIGXFSZ. */
function setDispositions(calls: Calls, ignored: readonly number[]): void {
  const dispositions = signalDispositions('thread-self');
  const [standard, ignore] = [0, SIG_IGN].map((handler) => {
    const action = new Uint8Array(KERNEL_SIGACTION_BYTES);
    action[0] = handler;
    return calls.bytes(action);
  }) as [number, number];
  for (let signal = 1; signal <= LAST_SIGNAL; signal++) {
    const isToBeIgnored = ignored.includes(signal);
    if (isToBeIgnored === dispositions?.ignores(signal)) continue;
    calls.call(SYS.rt_sigaction, signal, isToBeIgnored ? ignore : standard, 0, SIGSET_BYTES);
  }
}

function setUpStdio(calls: Calls, stdio: LaunchSpec['stdio']): void {
  stdio.forEach((fd, target) => {
    if (fd === undefined) {
      calls.call(SYS.close, target);
      return;
    }
    if (fd !== target && fd <= 2) throw new RangeError(`stdio: fd ${fd} can't become ${target}`);
    // Node marks its own 0, 1 and 2 close-on-exec.
    if (fd === target) calls.call(SYS.fcntl, fd, F_SETFD, 0);
    else calls.call(SYS.dup3, fd, target, 0);
  });
}

function limitWord(limit: number): number {
  return Number.isFinite(limit) ? limit : RLIM_INFINITY;
}

/** A struct sock_fprog. */
function filterProgram(table: CallTable, filter: Uint8Array): number {
  return table.words([instructionCount(filter), table.bytes(filter)]);
}

function dataSize(spec: SetUp & Pick<Partial<LaunchSpec>, 'filter'>): number {
  const texts = [spec.file, spec.cwd ?? '', ...spec.argv, ...spec.env];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 24, 0);
  return bytes + (spec.filter?.length ?? 0) + 4 * (spec.user?.groups.length ?? 0) + 64 * 1024;
}
