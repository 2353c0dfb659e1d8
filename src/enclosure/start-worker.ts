import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { CAP, hasCapability } from '../linux/capabilities.ts';
import { closeFd, makePipe } from '../linux/fds.ts';
import type { GatedProcess } from '../linux/gated-process.ts';
import { mapOwnIds } from '../linux/id-maps.ts';
import type { LaunchSpec } from '../linux/launch-spec.ts';
import { Launcher } from '../linux/launcher.ts';
import { CLONE_NEWPID, CLONE_NEWUSER } from '../linux/namespaces.ts';
import { sendSignal } from '../linux/signals.ts';
import { Waiter } from '../linux/wait.ts';
import { exitStatusOf, hasExited, termSignalOf } from '../linux/wait-status.ts';
import { isolating } from './no-isolation.ts';

const SIGKILL = 9;
const POLL_MS = 2;
/** Of what it wrote last, when it has ended. */
const LAST_WORDS_MS = 200;
/**
 * A sweep has several workers, so each is to be small. The room that V8 makes for the young generation of a thread (up to 48 MiB) makes
 * none of them faster; of the old one it would keep twice as much as is in use. glibc would keep what large blocks took (tables of symbols), and memory of
 * its own for each thread: mallopt(3). V8's threads beside the one that works (for garbage, and to optimize code) would take the CPU of another worker.
 */
const V8_FLAGS = ['--max-semi-space-size=2', '--heap-growing-percent=20', '--single-threaded'];
const GLIBC_SETTINGS = ['MALLOC_MMAP_THRESHOLD_=131072', 'MALLOC_ARENA_MAX=2'];
/** What it takes to make an enclosure. */
const NEEDED = [CAP.SYS_ADMIN, CAP.NET_ADMIN, CAP.SETPCAP, CAP.SYS_CHROOT];

/** How a process ended. */
export interface ProcessEnd {
  /** Undefined if a signal has ended it. */
  readonly status: number | undefined;
  readonly signal: number | undefined;
}

/** A process of ours that can open an enclosure. */
export interface StartedWorker {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly ended: Promise<ProcessEnd>;
  /** Kills it: what it has started inside of an enclosure dies with it. */
  kill(): void;
}

/**
 * Starts a script of ours in a process that may open an enclosure (see enclosure.ts). Who lacks the privileges for that here gets them in a user namespace, in
 * which the process begins; it is the same user there. It has no terminal, and nothing of our environment; it has to see to it that it ends with us.
 *
 * Throws RenacerError NO_ISOLATION if it is to be isolated and can't be.
 */
export function startWorker(script: string, { isolated }: { readonly isolated: boolean }): StartedWorker {
  const needsNamespace = isolated && !NEEDED.every(hasCapability);
  const [stdin, stdout, stderr] = [makePipe(), makePipe(), makePipe()];
  const theirs = [stdin[0], stdout[1], stderr[1]] as const;
  try {
    const gated = launch(script, theirs, needsNamespace);
    gated.open();
    gated.awaitExec();
    return new Worker(gated.pid, stdin[1], stdout[0], stderr[0]);
  } catch (error) {
    for (const fd of [stdin[1], stdout[0], stderr[0]]) closeFd(fd);
    throw error;
  } finally {
    for (const fd of theirs) closeFd(fd);
  }
}

/** In a pid namespace as well: who enters another one, in there, has to be able to come back. */
function launch(script: string, stdio: LaunchSpec['stdio'], needsNamespace: boolean): GatedProcess {
  const spec: LaunchSpec = {
    file: process.execPath,
    argv: [process.execPath, ...V8_FLAGS, script],
    env: GLIBC_SETTINGS,
    cwd: undefined,
    stdio,
    inheritedFds: [],
    rlimits: [],
    filter: undefined,
    noNewPrivileges: false,
    newSession: true,
    closesOthers: true,
    diesWithUs: true,
  };
  if (!needsNamespace) return Launcher.launchOnce(spec);
  return isolating(() => {
    const inNamespace = { newNamespaces: CLONE_NEWUSER | CLONE_NEWPID, keepsCapabilities: true };
    const gated = Launcher.launchOnce({ ...spec, ...inNamespace });
    try {
      mapOwnIds(gated.pid);
    } catch (error) {
      gated.abandon();
      throw error;
    }
    return gated;
  });
}

const waiter = new Waiter();

class Worker implements StartedWorker {
  readonly pid: number;
  readonly stdin: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket;
  readonly ended: Promise<ProcessEnd>;
  #isReaped = false;

  constructor(pid: number, stdin: number, stdout: number, stderr: number) {
    this.pid = pid;
    this.stdin = new Socket({ fd: stdin, readable: false, writable: true });
    this.stdout = new Socket({ fd: stdout, readable: true, writable: false });
    this.stderr = new Socket({ fd: stderr, readable: true, writable: false });
    // Of a process that is gone nothing more is to be told than its end.
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream.on('error', () => {});
    this.ended = this.#awaitEnd();
  }

  kill(): void {
    if (!this.#isReaped) sendSignal(this.pid, SIGKILL);
  }

  /** libuv does not know the process: the end of its stdout, which nobody else has, is its own end. */
  async #awaitEnd(): Promise<ProcessEnd> {
    await new Promise((resolve) => this.stdout.once('close', resolve));
    this.kill();
    while (waiter.pollTask(this.pid) === undefined) await sleep(POLL_MS);
    this.#isReaped = true;
    await Promise.race([
      new Promise((resolve) => (this.stderr.closed ? resolve(undefined) : this.stderr.once('close', resolve))),
      sleep(LAST_WORDS_MS),
    ]);
    this.stdin.destroy();
    this.stderr.destroy();
    const { status } = waiter;
    return hasExited(status)
      ? { status: exitStatusOf(status), signal: undefined }
      : { status: undefined, signal: termSignalOf(status) };
  }
}
