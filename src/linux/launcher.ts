import { closeSync, constants, openSync } from 'node:fs';
import path from 'node:path';
import { CallTable } from './call-table.ts';
import { type Birth, GatedProcess, LaunchError } from './gated-process.ts';
import {
  type Call,
  execute,
  NOTHING,
  PLACE_CALLS,
  placeCalls,
  setDispositions,
  setUp,
  sizeOf,
} from './launch-set-up.ts';
import type { LaunchSpec } from './launch-spec.ts';
import { syscall } from './libc.ts';
import { enterMounts, numberChildrenAnew, SECOND_PID, withProcessNamespace } from './namespaces.ts';
import { instructionCount } from './seccomp-filter.ts';
import { blockedSignals } from './signal-mask.ts';
import { sendSignal } from './signals.ts';
import { StartGate } from './start-gate.ts';
import { SYS } from './syscall-numbers.ts';
import { reap } from './wait.ts';

const PR_SET_PDEATHSIG = 1;
const PR_SET_DUMPABLE = 4;
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_SET_MODE_FILTER = 1;
const SIGKILL = 9;
const NO_FD = -1;
/** Room for what differs from start to start: a path, and a filter (4,096 instructions, the most that the kernel takes). */
const VARYING_BYTES = 4096 + 8 * 4096 + 64;
/** How many {@link filterCalls} there are. */
const FILTER_CALLS = 2;
/** Of a struct sock_fprog, and of what its filter is padded with. */
const FPROG_BYTES = 32;

/** What may differ from one start of a command to the next. */
export type StartSpec = Pick<LaunchSpec, 'stdio' | 'cwd' | 'filter' | 'noNewPrivileges' | 'pid'>;

/** The places of the calls that differ from start to start. */
interface Varying {
  readonly closeKey: number;
  readonly place: number;
  readonly enter: number;
  readonly gate: number;
  readonly filter: number;
}

/**
 * Starts a command, as often as wanted, one start after another: what all of them have in common is laid out once. It belongs to the
 * thread that made it.
 */
export class Launcher {
  readonly #spec: LaunchSpec;
  readonly #table: CallTable;
  readonly #varying: Varying;
  readonly #path: number;
  /** Of the path. */
  readonly #firstByte: number;
  /** From here on the table's memory is filled anew by each start. */
  readonly #mark: number;
  #gate: StartGate | undefined;
  /** What was filled in last. */
  #filledIn: StartSpec | undefined;
  /** From here on there are filters, as many as there is room for. */
  #placed = 0;
  readonly #programs = new Map<Uint8Array, number>();
  #isUnderWay = false;

  constructor(spec: LaunchSpec) {
    this.#spec = spec;
    const table = new CallTable(sizeOf(spec) + VARYING_BYTES);
    this.#table = table;
    const reserve = (count = 1): number => {
      const first = table.next;
      for (let row = 0; row < count; row++) table.call(...NOTHING);
      return first;
    };

    const ourselves = table.string('0');
    if (!spec.survives) table.call(SYS.prctl, PR_SET_PDEATHSIG, SIGKILL);
    const closeKey = reserve();
    setDispositions(table, spec.signals?.ignored);
    // Before it goes to its directory.
    if (spec.namespaces?.mount !== undefined) enterMounts(table, spec.namespaces.mount);
    const lastPid = spec.namespaces?.process?.lastPid;
    if (lastPid !== undefined) numberChildrenAnew(table, lastPid);
    const place = reserve(PLACE_CALLS);
    setUp(table, spec);
    // The change of users has cleared it.
    if (spec.user) table.call(SYS.prctl, PR_SET_PDEATHSIG, SIGKILL);
    const enter = table.next;
    for (const _ of spec.cgroupsV1 ?? []) {
      table.call(SYS.write, NO_FD, ourselves, 1);
      table.mayFail();
    }
    table.sayReady();
    // The first byte of the command's path comes through the gate. If we died before it asked to die with us, it finds the
    // gate closed, and nothing to execute: it must not run where nobody knows of it.
    this.#path = table.string(spec.file);
    this.#firstByte = Buffer.from(spec.file)[0] ?? 0;
    const gate = reserve();
    table.call(SYS.prctl, PR_SET_PDEATHSIG, spec.diesWithUs ? SIGKILL : 0);
    const filter = reserve(FILTER_CALLS);
    table.unblockSignals(spec.signals?.blocked ?? blockedSignals());
    execute(table, this.#path, spec);
    // Only what has failed comes here.
    table.failuresLeadHere();
    table.call(SYS.exit, 127);
    this.#varying = { closeKey, place, enter, gate, filter };
    this.#mark = table.mark();
  }

  /**
   * Starts the command as far as its gate, with what is said here in place of what it was laid out with; the one before must have
   * been executed, or have ended. Throws SystemCallError if no process can be made, LaunchError if it can't be set up.
   *
   * @example
   * const launcher = new Launcher(spec);
   * for (const stdio of outputs) {
   *   const gated = launcher.start({ stdio });
   *   gated.open();
   *   gated.awaitExec();
   * }
   * launcher.free();
   */
  start(changes: Partial<StartSpec> = {}): GatedProcess {
    return this.#start({ ...this.#spec, ...changes }, (executed) => this.#left(executed));
  }

  /**
   * The same, without waiting until it stands at the gate, which takes two switches from task to task: after a {@link start} that
   * went well. What fails in it is told when it has ended: see {@link GatedProcess.finish}.
   */
  startAgain(changes: Partial<StartSpec> = {}): GatedProcess {
    return this.#start({ ...this.#spec, ...changes }, (executed) => this.#left(executed), false);
  }

  /** The same for a command that is started once. */
  static launchOnce(spec: LaunchSpec): GatedProcess {
    const launcher = new Launcher(spec);
    try {
      return launcher.#start(spec, () => launcher.#end());
    } catch (error) {
      launcher.#end();
      throw error;
    }
  }

  /** Gives its memory and its descriptors back. */
  free(): void {
    this.#refuseUnderWay();
    this.#end();
  }

  #left(executed: boolean): void {
    this.#isUnderWay = false;
    if (!executed) this.#closeGate();
  }

  #end(): void {
    this.#closeGate();
    this.#table.free();
  }

  #closeGate(): void {
    this.#gate?.close();
    this.#gate = undefined;
  }

  #start(spec: LaunchSpec, onLeft: (executed: boolean) => void, awaitsReady = true): GatedProcess {
    this.#refuseUnderWay();
    const table = this.#table;
    const { enter } = this.#varying;
    const groups = spec.cgroupsV1 ?? [];
    const gate = this.#openGate();
    const entrances = groups.map(entranceOf);
    try {
      const byte = this.#fillIn(spec);
      entrances.forEach((fd, index) => void table.setArgument(enter + index, 0, fd));
      const { pid, outside } = withProcessNamespace(spec.namespaces?.process, () => giveBirth(table, spec));
      const isReady = !awaitsReady || table.awaitReady();
      const notEntered = groups.filter((_, index) => table.takeResult(enter + index) !== 1);
      // It shares our memory, which the kernel keeps from core dumps once somebody who has it changes users.
      if (spec.user) syscall(SYS.prctl, PR_SET_DUMPABLE, 1, 0, 0, 0, 0);
      if (!isReady) {
        sendSignal(pid, SIGKILL);
        reap(pid);
        throw new LaunchError('set-up', table.failure);
      }
      this.#isUnderWay = true;
      return new GatedProcess({ pid, outside: [...outside, ...notEntered] }, table, gate, byte, onLeft);
    } finally {
      for (const fd of entrances) if (fd !== NO_FD) closeSync(fd);
    }
  }

  #openGate(): StartGate {
    if (this.#gate) return this.#gate;
    const gate = new StartGate();
    this.#gate = gate;
    this.#table.replace(this.#varying.closeKey, SYS.close, gate.key);
    this.#table.replace(this.#varying.gate, SYS.read, gate.entrance, this.#path, 1);
    return gate;
  }

  /** Puts into the table what differs from start to start. Returns the byte that is to come through the gate. */
  #fillIn(spec: LaunchSpec): number {
    const { arena } = this.#table;
    const before = this.#filledIn;
    const isPlaced = before?.stdio === spec.stdio && before.cwd === spec.cwd;
    if (!isPlaced) this.#fillInPlace(spec);
    if (!isPlaced || before.filter !== spec.filter || before.noNewPrivileges !== spec.noNewPrivileges) {
      this.#put(this.#varying.filter, filterCalls(spec.noNewPrivileges, spec.filter && this.#programOf(spec.filter)));
    }
    this.#filledIn = spec;
    arena.u8[this.#path - arena.address] = 0;
    return this.#firstByte;
  }

  #fillInPlace(spec: LaunchSpec): void {
    const table = this.#table;
    table.rewind(this.#mark);
    this.#programs.clear();
    this.#put(this.#varying.place, placeCalls(table, spec));
    this.#placed = table.mark();
  }

  /** The address of a filter's struct sock_fprog: it stays there for the next start that has this filter. */
  #programOf(filter: Uint8Array): number {
    const table = this.#table;
    const known = this.#programs.get(filter);
    if (known !== undefined) return known;
    if (table.room < filter.length + FPROG_BYTES) {
      table.rewind(this.#placed);
      this.#programs.clear();
    }
    const program = table.words([instructionCount(filter), table.bytes(filter)]);
    this.#programs.set(filter, program);
    return program;
  }

  #put(first: number, calls: readonly Call[]): void {
    for (const [index, call] of calls.entries()) this.#table.replace(first + index, ...call);
  }

  #refuseUnderWay(): void {
    if (this.#isUnderWay) throw new Error('launcher: what was started before has yet to be executed');
  }
}

/** `program`: the address of a struct sock_fprog. */
function filterCalls(noNewPrivileges: boolean, program: number | undefined): readonly Call[] {
  return [
    noNewPrivileges ? [SYS.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0] : NOTHING,
    program === undefined ? NOTHING : [SYS.seccomp, SECCOMP_SET_MODE_FILTER, 0, program],
  ];
}

/**
 * A thread that writes 0 into `tasks` of a group of cgroup v1 moves itself, and for that alone the kernel (since Linux 5.16) does not
 * wait for all CPUs, as it does for a process that somebody moves (10 to 20 ms; cgroup_procs_write_start() of the kernel).
 */
function entranceOf(directory: string): number {
  try {
    return openSync(path.join(directory, 'tasks'), constants.O_WRONLY);
  } catch {
    // Whoever moves it there by its id will be told why.
    return NO_FD;
  }
}

/**
 * To be born in a group takes no time; to move there later makes the kernel wait for all CPUs (10 to 20 ms). Where the first is
 * refused (before Linux 5.7, in containers without clone3), the second may still do, or tells better why not.
 */
function giveBirth(table: CallTable, { cgroup, newNamespaces, namespaces, pid = SECOND_PID }: LaunchSpec): Birth {
  const outside = cgroup === undefined ? [] : [cgroup];
  if (namespaces?.process?.lastPid !== undefined) {
    try {
      return { pid: table.startAs(pid), outside };
    } catch (error) {
      // Somebody has this id; or the kernel does not let us choose. Any other id will do.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  }
  if (cgroup !== undefined) {
    try {
      return { pid: startIn(table, cgroup), outside: [] };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  }
  return { pid: table.start(newNamespaces), outside };
}

function startIn(table: CallTable, cgroup: string): number {
  const fd = openSync(cgroup, constants.O_DIRECTORY);
  try {
    return table.startIn(fd);
  } finally {
    closeSync(fd);
  }
}
