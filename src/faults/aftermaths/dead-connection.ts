import {
  AF_INET,
  AF_INET6,
  SO_DOMAIN,
  SO_ERROR,
  SO_TYPE,
  SOCK_STREAM,
  SOL_SOCKET,
  type SocketCalls,
} from '../../linux/sockets.ts';
import { syscallNumber } from '../../syscalls/syscall-table.ts';
import type { Task } from '../../tracer/task.ts';
import type { Descriptor } from '../descriptor.ts';
import type { Aftermath } from './aftermath.ts';
import { withSocket } from './borrowed-socket.ts';

const SHUT_RDWR = 2;

/**
 * The connection is over, as after a reset: reads end, writes fail, there is no peer. Where the socket can't be had from
 * outside, the task itself shuts it down in place of the call.
 */
export const deadConnection: Aftermath = (effect, errno, { call }, socket) => {
  if (socket === undefined) return effect;
  const { task } = call;
  const isStream = withSocket(task, socket, isStreamSocket);
  if (isStream) return { ...effect, begin: () => void withSocket(task, socket, endConnection) };
  if (isStream === false || !socket.isStream) return effect;
  const { result: _, ...entry } = effect.entry ?? {};
  return {
    entry: {
      ...entry,
      syscall: syscallNumber('shutdown')!,
      args: [
        { index: 0, value: socket.fd },
        { index: 1, value: SHUT_RDWR },
      ],
      atExit: true,
    },
    exit: () => ({ result: errno }),
  };
};

/** Whether this is a socket of TCP. */
export function isTcp(task: Task, socket: Descriptor): boolean {
  return withSocket(task, socket, isTcpSocket) === true;
}

function isTcpSocket(sockets: SocketCalls, fd: number): boolean {
  const isInternet = [AF_INET, AF_INET6].includes(sockets.option(fd, SOL_SOCKET, SO_DOMAIN));
  return isInternet && isStreamSocket(sockets, fd);
}

function isStreamSocket(sockets: SocketCalls, fd: number): boolean {
  return sockets.option(fd, SOL_SOCKET, SO_TYPE) === SOCK_STREAM;
}

/** TCP: connect(2) to AF_UNSPEC resets it; the shutdown says that it was one. Others have no reset, but an end. */
function endConnection(sockets: SocketCalls, fd: number): void {
  if (isTcpSocket(sockets, fd)) sockets.disconnect(fd);
  sockets.shutDown(fd);
  // What had come is lost, and the error is told once.
  for (let received = sockets.receive(fd); typeof received !== 'number'; ) received = sockets.receive(fd);
  sockets.option(fd, SOL_SOCKET, SO_ERROR);
}
