import { bind, check } from './libc.ts';

const SOCK_CLOEXEC = 0x80000;

const socket = bind('socket', 'int', ['int', 'int', 'int']);

/** Makes a socket, which execve closes, in the network namespace of its choice. Throws SystemCallError. */
export type MakeSocket = (family: number, type: number, protocol: number) => number;

/** In our own network namespace (socket(2)). */
export const makeSocketHere: MakeSocket = (family, type, protocol) =>
  check(socket(family, type | SOCK_CLOEXEC, protocol), 'socket');
