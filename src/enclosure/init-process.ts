import { closeSync, openSync } from 'node:fs';
import { CallTable } from '../linux/call-table.ts';
import { closeFd, makePipe, writeByte } from '../linux/fds.ts';
import { SystemCallError, syscall } from '../linux/libc.ts';
import { MS } from '../linux/mounts.ts';
import { CLONE_NEWNS, CLONE_NEWPID, leaveNamespaces, type ProcessNamespace, SECOND_PID } from '../linux/namespaces.ts';
import { sendSignal } from '../linux/signals.ts';
import { SYS } from '../linux/syscall-numbers.ts';
import { reap } from '../linux/wait.ts';

const PR_SET_NAME = 15;
const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;
const SIGCHLD = 17;
const SIG_IGN = 1;
const KERNEL_SIGACTION_BYTES = 32;
const SIGSET_BYTES = 8;
const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;
const FUTEX_WAKE_OP = 5;
/** Of FUTEX_WAKE_OP: the word becomes 0, and never mind what it was. */
const SET_TO_IDLE = 0;
const IDLE = 0;
const ORDERED = 1;
const ESRCH = 3;
const ALL_FDS = 2 ** 32 - 1;
const AT_FDCWD = -100;
const O_WRONLY = 1;
const NO_SIGNAL = 0;
/** Of the pid namespace of who writes to it. */
const LAST_PID = '/proc/sys/kernel/ns_last_pid';
/** The first descriptor that it opens, when all are closed. */
const LAST_PID_FD = 0;
const DATA_BYTES = 8192;

/**
 * The first process of a pid namespace (pid_namespaces(7)): a few calls of ours (see call-table.ts). It has files of its own, beginning with a copy
 * of ours and what /proc shows in there; those who are orphaned are its children, and it does not wait for them; and it kills all others
 * on demand. It dies with the thread that made it, and with it all who live in there.
 */
export class InitProcess {
  readonly pid: number;
  /** Its files. */
  readonly mount: number;
  readonly namespace: ProcessNamespace;
  /** Why there is no /proc of its own; undefined if there is. */
  readonly procRefusal: string | undefined;
  readonly #table: CallTable;
  readonly #rows: Rows;

  private constructor(pid: number, table: CallTable, rows: Rows, namespace: ProcessNamespace) {
    this.pid = pid;
    this.#table = table;
    this.#rows = rows;
    this.namespace = namespace;
    this.mount = openSync(`/proc/${pid}/ns/mnt`, 'r');
    const failed = table.resultOf(rows.mountProc);
    this.procRefusal = failed < 0 ? new SystemCallError('mount', -failed).code : undefined;
  }

  /** What it finds at `proc` is its /proc, to be put in place. Throws SystemCallError. */
  static start(proc: string): InitProcess {
    const outside = openSync('/proc/thread-self/ns/pid', 'r');
    leaveNamespaces(CLONE_NEWPID);
    const table = new CallTable(DATA_BYTES);
    const [gate, key] = makePipe();
    const rows = layOut(table, proc, gate, key);
    let pid: number;
    try {
      pid = table.start();
    } finally {
      closeFd(gate);
    }
    writeByte(key, '/'.charCodeAt(0));
    closeFd(key);
    if (!table.awaitReady()) {
      reap(pid);
      throw new SystemCallError(table.failure?.name ?? 'init', table.failure?.errno ?? 0);
    }
    const inside = openSync(`/proc/${pid}/ns/pid`, 'r');
    // Threads can be started again.
    syscall(SYS.setns, outside, CLONE_NEWPID, 0, 0, 0, 0);
    return new InitProcess(pid, table, rows, { inside, outside, lastPid: openLastPid() });
  }

  /** Kills all that live in there. False if there was nobody: those that have ended and not been waited for are somebody. */
  killOthers(): boolean {
    this.#order(SIGKILL);
    return this.#table.resultOf(this.#rows.kill) !== -ESRCH;
  }

  /** Who is born in there next has the id {@link SECOND_PID} if nobody else has. False where the kernel does not let us choose. */
  numberAnew(): boolean {
    this.#order(NO_SIGNAL);
    return this.#table.resultOf(this.#rows.numberAnew) > 0;
  }

  #order(signal: number): void {
    const { arena } = this.#table;
    const { order, kill } = this.#rows;
    this.#table.setArgument(kill, 1, signal);
    Atomics.store(arena.i32, (order - arena.address) / 4, ORDERED);
    syscall(SYS.futex, order, FUTEX_WAKE, 1, 0, 0, 0);
    while (arena.i32[(order - arena.address) / 4] === ORDERED) {
      syscall(SYS.futex, order, FUTEX_WAIT, ORDERED, 0, 0, 0);
    }
  }

  /** Ends it, and all others with it. */
  end(): void {
    sendSignal(this.pid, SIGKILL);
    reap(this.pid);
    const { inside, outside, lastPid } = this.namespace;
    for (const fd of [this.mount, inside, outside, lastPid]) if (fd !== undefined) closeSync(fd);
    this.#table.free();
  }
}

/** Undefined where the kernel was built without CONFIG_CHECKPOINT_RESTORE. */
function openLastPid(): number | undefined {
  try {
    return openSync(LAST_PID, 'w');
  } catch {
    return undefined;
  }
}

interface Rows {
  readonly mountProc: number;
  /** A futex: ORDERED while it is to do something, and has not yet. */
  readonly order: number;
  readonly numberAnew: number;
  readonly kill: number;
}

function layOut(table: CallTable, proc: string, gate: number, key: number): Rows {
  const ignore = new Uint8Array(KERNEL_SIGACTION_BYTES);
  ignore[0] = SIG_IGN;
  const order = table.bytes(new Uint8Array(8));
  // If we died before it asked to die with us, no byte comes through the gate, and there is no directory of that name.
  const root = table.bytes(new Uint8Array(8));
  table.call(SYS.prctl, PR_SET_PDEATHSIG, SIGKILL);
  table.call(SYS.close, key);
  table.call(SYS.read, gate, root, 1);
  table.call(SYS.chdir, root);
  table.call(SYS.close_range, 0, ALL_FDS, 0);
  table.call(SYS.openat, AT_FDCWD, table.string(LAST_PID), O_WRONLY);
  table.mayFail();
  table.call(SYS.prctl, PR_SET_NAME, table.string('init'));
  table.call(SYS.rt_sigaction, SIGCHLD, table.bytes(ignore), 0, SIGSET_BYTES);
  table.call(SYS.unshare, CLONE_NEWNS);
  const mountProc = table.next;
  const kind = table.string('proc');
  table.call(SYS.mount, kind, table.string(proc), kind, MS.NOSUID | MS.NODEV | MS.NOEXEC, 0);
  table.mayFail();
  table.sayReady();
  const wait = table.next;
  table.call(SYS.futex, order, FUTEX_WAIT, IDLE, 0);
  table.mayFail();
  const numberAnew = table.next;
  const beforeSecond = Buffer.from(String(SECOND_PID - 1));
  table.call(SYS.pwrite64, LAST_PID_FD, table.bytes(beforeSecond), beforeSecond.length, 0);
  table.mayFail();
  const kill = table.next;
  table.call(SYS.kill, -1, SIGKILL);
  table.mayFail();
  table.call(SYS.futex, order, FUTEX_WAKE_OP, 1, 0, order, SET_TO_IDLE);
  table.goTo(wait);
  table.failuresLeadHere();
  table.call(SYS.exit, 1);
  return { mountProc, order, numberAnew, kill };
}
