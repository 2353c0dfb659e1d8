import { descriptorPath } from '../../../linux/fds.ts';
import { SocketCalls } from '../../../linux/sockets.ts';
import { syscallName } from '../../../syscalls/syscall-table.ts';
import type { LiveTask } from './sleeping-tree.ts';
import { waitOf } from './waits.ts';

/** What calls wait for at the socket that is their first argument. */
const WAITS: ReadonlyMap<string, 'input' | 'output'> = new Map([
  ...['read', 'readv', 'recvfrom', 'recvmsg', 'accept', 'accept4'].map((name) => [name, 'input'] as const),
  ...['write', 'writev', 'sendto', 'sendmsg', 'connect'].map((name) => [name, 'output'] as const),
]);

let calls: SocketCalls | undefined;

/** Whether a task waits at a socket that lets it wait for a while only: SO_RCVTIMEO, SO_SNDTIMEO. /proc does not tell. */
export function hasSocketTimeOut({ tid, tgid }: LiveTask): boolean {
  const wait = waitOf(tid);
  const what = wait && wait.nr >= 0 ? WAITS.get(syscallName(wait.nr)) : undefined;
  if (wait === undefined || what === undefined) return false;
  const fd = Number(BigInt.asIntN(32, wait.args[0] ?? 0n));
  if (descriptorPath(tid, fd)?.toString().startsWith('socket:') !== true) return false;
  calls ??= new SocketCalls();
  const own = calls.take(tgid, fd);
  if (own < 0) return false;
  const ms = calls.timeOutMs(own, what);
  calls.close(own);
  return ms !== undefined;
}
