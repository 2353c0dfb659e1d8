import { Descriptor } from '../../faults/descriptor.ts';
import { SocketCalls } from '../../linux/sockets.ts';
import { AF_UNIX } from '../../syscalls/constants/sockets.ts';
import { syscallNumber } from '../../syscalls/syscall-table.ts';
import type { EntryDecision, ExitDecision, Policy, StoppedCall } from '../../tracer/policy.ts';
import type { Task } from '../../tracer/task.ts';
import { TreeSockets } from './syscalls/calls/tree-sockets.ts';

/** The calls that move data, the descriptor first. */
const CALLS: readonly string[] = [
  ...['read', 'readv', 'pread64', 'preadv', 'preadv2', 'recvfrom', 'recvmsg', 'recvmmsg'],
  ...['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2', 'sendto', 'sendmsg', 'sendmmsg'],
  ...['sendfile', 'copy_file_range', 'splice'],
];

/**
 * Slow files, pipes and unix sockets: a call that has moved data comes back that much later. Only its own task waits; a call
 * that moved nothing (end of file, EAGAIN, an error) comes back as ever.
 */
export class IoLatency implements Policy {
  readonly armed: ReadonlySet<number> = new Set(CALLS.map((name) => syscallNumber(name)!));
  readonly onlyCallsThatHappen = true;
  readonly #delayMs: number;
  readonly #sockets = new TreeSockets(new SocketCalls());
  /** Tasks in a call that is to be late. */
  readonly #underWay = new Set<Task>();

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  onEntry(call: StoppedCall): EntryDecision | undefined {
    if (!this.#isSlow(call)) return undefined;
    this.#underWay.add(call.task);
    return { atExit: true };
  }

  onExit(call: StoppedCall): ExitDecision | undefined {
    if (!this.#underWay.delete(call.task)) return undefined;
    return call.result.signed(0) > 0 ? { delayMs: this.#delayMs } : undefined;
  }

  onTaskEnd(task: Task): void {
    this.#underWay.delete(task);
  }

  #isSlow(call: StoppedCall): boolean {
    const { kind } = new Descriptor(call.task.tid, call.args.i32(0));
    if (kind === 'socket') return this.#sockets.of(call)?.family === AF_UNIX;
    return kind === 'file' || kind === 'pipe';
  }
}
