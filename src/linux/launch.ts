import { closeSync, constants, openSync } from 'node:fs';
import { CallTable, type FailedCall } from './call-table.ts';
import { closeFd, makePipe, readByte, writeByte } from './fds.ts';
import { dataSize, execute, setUp } from './launch-set-up.ts';
import type { LaunchSpec } from './launch-spec.ts';
import { errnoName, syscall } from './libc.ts';
import { instructionCount } from './seccomp-filter.ts';
import { sendSignal } from './signals.ts';
import { SYS } from './syscall-numbers.ts';
import { reap } from './wait.ts';

const PR_SET_PDEATHSIG = 1;
const PR_SET_DUMPABLE = 4;
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_SET_MODE_FILTER = 1;
const SIGKILL = 9;

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

/** A struct sock_fprog. */
function filterProgram(table: CallTable, filter: Uint8Array): number {
  return table.words([instructionCount(filter), table.bytes(filter)]);
}
