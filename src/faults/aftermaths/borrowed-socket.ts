import { SocketCalls } from '../../linux/sockets.ts';
import type { Task } from '../../tracer/task.ts';
import type { Descriptor } from '../descriptor.ts';

let calls: SocketCalls | undefined;

/**
 * Does something with a socket of a task, by a descriptor of our own. Undefined if it can't be had: that needs Linux 5.6 and
 * the permission to trace.
 */
export function withSocket<T>(
  { tgid }: Task,
  socket: Descriptor,
  use: (sockets: SocketCalls, fd: number) => T,
): T | undefined {
  calls ??= new SocketCalls();
  const own = calls.take(tgid, socket.fd);
  if (own < 0) return undefined;
  try {
    return use(calls, own);
  } finally {
    calls.close(own);
  }
}
