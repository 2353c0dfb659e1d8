import { descriptorPath } from '../../../linux/fds.ts';
import { syscallName } from '../../../syscalls/syscall-table.ts';
import { isForGood, runTimesOf, type Wait, waitOf, waitsForDisk } from './waits.ts';

/** A task that has not ended. */
export interface LiveTask {
  readonly tid: number;
  readonly tgid: number;
  /** It stands at a stop of its tracer. */
  readonly isHeld: boolean;
}

/** What a look at a tree has found all of whose tasks sleep. */
export interface Sleep {
  /** Since when none of them has run, as far as it was looked at. */
  readonly sinceMs: number;
  /** No task's wait ends by itself. */
  readonly forGood: boolean;
  /**
   * Nothing happens but that threads wake up by the clock and wait again for as long, at the same place, in processes whose first thread waits
   * for good: since when; undefined if that is not so.
   */
  readonly tickingSinceMs: number | undefined;
}

interface Seen {
  readonly wait: Wait;
  readonly times: string;
}

/** Tells by looks at /proc, some time apart, whether a tree sleeps. */
export class SleepingTree {
  #seen = new Map<number, Seen>();
  #sinceMs = 0;
  #tickingSinceMs = 0;

  /** Undefined if there is no task any more, or some task runs, waits for a disk, or stands at a stop of ours. */
  look(tasks: readonly LiveTask[], nowMs: number): Sleep | undefined {
    const seen = new Map<number, Seen>();
    let isSame = tasks.length === this.#seen.size;
    let isAlike = isSame;
    for (const { tid, isHeld } of tasks) {
      const found = isHeld ? undefined : waitOf(tid);
      const wait = found && waitsForDisk(tid, found) ? undefined : found;
      const times = wait && runTimesOf(tid);
      // One that is awake is enough: what the others do costs time.
      if (wait === undefined || times === undefined) break;
      const before = this.#seen.get(tid);
      isAlike &&= before?.wait.line === wait.line;
      isSame &&= isAlike && before?.times === times;
      isAlike &&= before?.times === times || !isForGood(wait);
      seen.set(tid, { wait, times });
    }
    const isAsleep = tasks.length > 0 && seen.size === tasks.length;
    if (!isSame || !isAsleep) this.#sinceMs = nowMs;
    if (!isAlike || !isAsleep) this.#tickingSinceMs = nowMs;
    this.#seen = isAsleep ? seen : new Map();
    if (!isAsleep) return undefined;
    const ticks = tasks.every(({ tid, tgid }) => isForGood(seen.get(tid)!.wait) || leaderWaits(seen, tid, tgid));
    return {
      sinceMs: this.#sinceMs,
      forGood: [...seen.values()].every(({ wait }) => isForGood(wait)),
      tickingSinceMs: ticks ? this.#tickingSinceMs : undefined,
    };
  }
}

function leaderWaits(seen: ReadonlyMap<number, Seen>, tid: number, tgid: number): boolean {
  const leader = seen.get(tgid);
  return tid !== tgid && leader !== undefined && isForGood(leader.wait);
}

/** `cat waits in read(0, pipe:[1234])`: what one task after another sleeps in. */
export function whereTheySleep(tasks: Iterable<LiveTask>, programOf: (task: LiveTask) => string): string {
  const places = [...tasks].map((task) => {
    const wait = waitOf(task.tid);
    return `${programOf(task)} waits ${wait ? `in ${callText(task.tid, wait)}` : ''}`.trim();
  });
  return [...new Set(places)].join('; ');
}

/** Calls that wait at a descriptor, their first argument. */
const AT_DESCRIPTOR: ReadonlySet<string> = new Set(
  'read readv pread64 preadv write writev pwrite64 sendto sendmsg recvfrom recvmsg accept accept4 connect flock fcntl epoll_wait epoll_pwait fsync fdatasync'.split(
    ' ',
  ),
);
/** Where that says more than their names. */
const WAITS_FOR: Readonly<Record<string, string>> = {
  wait4: 'a child',
  waitid: 'a child',
  futex: 'another thread',
  rt_sigsuspend: 'a signal',
  pause: 'a signal',
  rt_sigtimedwait: 'a signal',
  vfork: 'its child to execute a program',
};

function callText(tid: number, { nr, args }: Wait): string {
  if (nr < 0) return 'no system call';
  const name = syscallName(nr);
  if (AT_DESCRIPTOR.has(name)) {
    const fd = Number(BigInt.asIntN(32, args[0] ?? 0n));
    return `${name}(${[fd, descriptorPath(tid, fd)?.toString()].filter((part) => part !== undefined).join(', ')})`;
  }
  const what = WAITS_FOR[name];
  return what === undefined ? name : `${name}, for ${what}`;
}
