import { descriptorPath } from '../../../linux/fds.ts';
import { syscallName } from '../../../syscalls/syscall-table.ts';
import { isForGood, runTimesOf, type Wait, waitOf } from './waits.ts';

/** A task that has not ended. */
export interface LiveTask {
  readonly tid: number;
  readonly tgid: number;
  /** It stands at a stop of its tracer. */
  readonly isHeld: boolean;
}

/** A look at a tree all of whose tasks sleep. */
interface Sleep {
  /** Since when none of them has run, as far as it was looked at. */
  readonly sinceMs: number;
  /** No task's wait ends by itself. */
  readonly forGood: boolean;
}

/** Tells by looks at /proc, some time apart, whether a tree sleeps. */
export class SleepingTree {
  #seen = '';
  #sinceMs = 0;

  /** Undefined if there is no task any more, or some task runs, has run since the last look, or stands at a stop of ours. */
  look(tasks: readonly LiveTask[], nowMs: number): Sleep | undefined {
    if (tasks.length === 0) return undefined;
    let seen = '';
    let forGood = true;
    for (const { tid, isHeld } of tasks) {
      const wait = isHeld ? undefined : waitOf(tid);
      const times = wait && runTimesOf(tid);
      if (!wait || times === undefined) {
        this.#seen = '';
        return undefined;
      }
      seen += `${tid} ${wait.nr} ${times}`;
      forGood &&= isForGood(wait);
    }
    if (seen !== this.#seen) this.#sinceMs = nowMs;
    this.#seen = seen;
    return { sinceMs: this.#sinceMs, forGood };
  }
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
