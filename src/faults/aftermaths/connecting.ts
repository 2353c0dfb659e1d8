import { failureOf, type SocketCalls } from '../../linux/sockets.ts';
import type { Aftermath } from './aftermath.ts';
import { withSocket } from './borrowed-socket.ts';
import { isTcp } from './dead-connection.ts';

/**
 * A connect(2) that a signal or a time-out ends goes on: so the call is made without waiting, and poll(2) and SO_ERROR tell
 * how it went. Only TCP connects in this way.
 */
export const connecting: Aftermath = (effect, errno, { call: { task } }, socket) => {
  if (socket === undefined || !isTcp(task, socket)) return effect;
  let blocked = false;
  const { result: _, delayMs, ...entry } = effect.entry ?? {};
  return {
    begin() {
      blocked = withSocket(task, socket, stopBlocking) === true;
    },
    entry: { ...entry, atExit: true, injected: true },
    exit(returned) {
      if (blocked) withSocket(task, socket, blockAgain);
      const result = returned.result.signed(0);
      // What the kernel refuses at once does not go on.
      if (result !== 0 && result !== failureOf('EINPROGRESS')) return undefined;
      return { result: errno, ...(delayMs !== undefined && { delayMs }) };
    },
  };
};

/** Whether it did block. */
function stopBlocking(sockets: SocketCalls, fd: number): boolean {
  const blocks = sockets.blocks(fd);
  if (blocks) sockets.setBlocking(fd, false);
  return blocks;
}

function blockAgain(sockets: SocketCalls, fd: number): void {
  sockets.setBlocking(fd, true);
}
