import { closeSync, openSync } from 'node:fs';
import type { Calls } from './call-memory.ts';
import { CallTable } from './call-table.ts';
import { CAP, hasCapability, unreachableCapabilities } from './capabilities.ts';
import { closeFd, makePipe, readByte } from './fds.ts';
import { mapOwnIds } from './id-maps.ts';
import { check, SystemCallError, syscall } from './libc.ts';
import type { MakeSocket } from './make-socket.ts';
import { O_PATH_DIRECTORY } from './mounts.ts';
import { sendSignal } from './signals.ts';
import { SYS } from './syscall-numbers.ts';
import { reap } from './wait.ts';

const CLONE_FS = 0x200;
export const CLONE_NEWNS = 0x00020000;
export const CLONE_NEWIPC = 0x08000000;
export const CLONE_NEWUSER = 0x10000000;
export const CLONE_NEWPID = 0x20000000;
export const CLONE_NEWNET = 0x40000000;
const PR_SET_PDEATHSIG = 1;
const PR_CAPBSET_DROP = 24;
const SOCK_CLOEXEC = 0x80000;
const SIGKILL = 9;
/** What a helper's calls point at is little. */
const DATA_BYTES = 4096;
/** Where a helper has the pipe that it tells by, and its first socket. */
const HELPER_PIPE = 0;
const HELPER_SOCKET = 1;

/**
 * Descriptors of namespaces (namespaces(7)), which live as long as they are open or a process is in there. What is undefined is
 * that of who enters.
 */
export interface NamespaceFds {
  /** The user namespace that owns the others. */
  readonly user?: number | undefined;
  readonly network?: number | undefined;
  readonly mount?: number | undefined;
  readonly process?: ProcessNamespace | undefined;
}

/** A process does not enter a pid namespace, it is born there: see {@link withProcessNamespace}. */
export interface ProcessNamespace {
  readonly inside: number;
  /** Our own. */
  readonly outside: number;
  /** /proc/sys/kernel/ns_last_pid, where the kernel has it: then ids are the same from start to start. */
  readonly lastPid?: number | undefined;
}

/** What is started next to the first process of a namespace, and only then, has this id. */
export const SECOND_PID = 2;

/** Appends the call after which a process's own children are numbered from {@link SECOND_PID} on. */
export function numberChildrenAnew(calls: Calls, lastPid: number): void {
  const text = Buffer.from(String(SECOND_PID));
  calls.call(SYS.pwrite64, lastPid, calls.bytes(text), text.length, 0);
}

/**
 * Makes a network namespace, with nothing in it but a loopback interface that is down. Who lacks the privileges for that gets a
 * user namespace with it, in which all ids are what they are here (see id-maps.ts); nobody is left in there. Throws SystemCallError.
 */
export function makeNetworkNamespace(): NetworkNamespace {
  const privileged = [CAP.SYS_ADMIN, CAP.NET_ADMIN, CAP.NET_RAW].every(hasCapability);
  return withHelper(
    (table) => table.call(SYS.unshare, privileged ? CLONE_NEWNET : CLONE_NEWNET | CLONE_NEWUSER),
    (pid) => {
      if (!privileged) mapOwnIds(pid);
      const open = (name: string): number => openSync(`/proc/${pid}/ns/${name}`, 'r');
      return { user: privileged ? undefined : open('user'), network: open('net') };
    },
  );
}

/** A network namespace, and the user namespace that owns it if that is not our own. */
export interface NetworkNamespace extends NamespaceFds {
  readonly network: number;
}

export function closeNamespaces({ user, network }: NetworkNamespace): void {
  closeSync(network);
  if (user !== undefined) closeSync(user);
}

/** What `body` starts is born in a pid namespace. (This thread could not start a thread meanwhile: clone(2), CLONE_NEWPID.) */
export function withProcessNamespace<Result>(namespace: ProcessNamespace | undefined, body: () => Result): Result {
  if (namespace === undefined) return body();
  enterHere(namespace.inside, CLONE_NEWPID);
  try {
    return body();
  } finally {
    enterHere(namespace.outside, CLONE_NEWPID);
  }
}

/** This thread enters a mount namespace while it does `body`. */
export function withMountNamespace<Result>(inside: number, outside: number, body: () => Result): Result {
  // By a descriptor: something may be mounted at its path by then.
  const directory = openSync('.', O_PATH_DIRECTORY);
  // Threads that it has started since share its directory, and could not follow.
  leaveNamespaces(0);
  enterHere(inside, CLONE_NEWNS);
  try {
    return body();
  } finally {
    enterHere(outside, CLONE_NEWNS);
    check(syscall(SYS.fchdir, directory, 0, 0, 0, 0, 0), 'fchdir');
    closeSync(directory);
  }
}

function enterHere(namespace: number, kind: number): void {
  check(syscall(SYS.setns, namespace, kind, 0, 0, 0, 0), 'setns');
}

/** Gives this thread namespaces of its own: NEWNS, NEWNET, ... Its directory becomes its own, too. Throws SystemCallError. */
export function leaveNamespaces(kinds: number): void {
  check(syscall(SYS.unshare, kinds | CLONE_FS, 0, 0, 0, 0, 0), 'unshare');
}

/**
 * Appends the calls by which a process enters. In a new user namespace it has all capabilities up to its execve, and then, at
 * most, those that it could have had here.
 */
export function enterNamespaces(calls: Calls, namespaces: NamespaceFds): void {
  enter(calls, namespaces);
  if (namespaces.user === undefined) return;
  for (const capability of unreachableCapabilities()) calls.call(SYS.prctl, PR_CAPBSET_DROP, capability, 0, 0, 0);
}

function enter(calls: Calls, { user, network }: NamespaceFds): void {
  if (user !== undefined) calls.call(SYS.setns, user, CLONE_NEWUSER);
  if (network !== undefined) calls.call(SYS.setns, network, CLONE_NEWNET);
}

/** Appends the call by which a process comes to other files. Its directory is the root of these then. */
export function enterMounts(calls: Calls, mount: number): void {
  calls.call(SYS.setns, mount, CLONE_NEWNS);
}

/**
 * Makes sockets in a network namespace. Entering a user namespace takes a process of its own, so a helper enters, makes the socket,
 * and it is taken from there (pidfd_getfd(2), Linux 5.6): half a millisecond.
 */
export function socketsIn(namespaces: NamespaceFds): MakeSocket {
  return (family, type, protocol) =>
    withHelper(
      (table) => {
        enter(table, namespaces);
        // The lowest number that is free.
        table.call(SYS.dup3, HELPER_PIPE, HELPER_SOCKET, 0);
        table.call(SYS.close, HELPER_SOCKET);
        table.call(SYS.socket, family, type | SOCK_CLOEXEC, protocol);
      },
      (pid) => takeDescriptor(pid, HELPER_SOCKET),
    );
}

function takeDescriptor(pid: number, fd: number): number {
  const pidfd = check(syscall(SYS.pidfd_open, pid, 0, 0, 0, 0, 0), 'pidfd_open');
  try {
    return check(syscall(SYS.pidfd_getfd, pidfd, fd, 0, 0, 0, 0), 'pidfd_getfd');
  } finally {
    closeFd(pidfd);
  }
}

/** Runs `body` while a child of ours has made these calls and waits. Throws SystemCallError if one of the calls failed. */
function withHelper<Result>(calls: (table: CallTable) => void, body: (pid: number) => Result): Result {
  const table = new CallTable(DATA_BYTES);
  const note = table.bytes(new Uint8Array(8));
  const [ready, readyEnd] = makePipe();
  table.call(SYS.prctl, PR_SET_PDEATHSIG, SIGKILL);
  table.call(SYS.close, ready);
  table.call(SYS.dup3, readyEnd, HELPER_PIPE, 0);
  calls(table);
  table.failuresLeadHere();
  // Again: who enters a user namespace no longer dies with its parent. If that has died meanwhile, nobody reads the note.
  table.call(SYS.prctl, PR_SET_PDEATHSIG, SIGKILL);
  table.call(SYS.write, HELPER_PIPE, note, 1);
  table.call(SYS.pause);
  table.failuresLeadHere();
  table.call(SYS.exit, 0);
  const pid = table.start();
  closeFd(readyEnd);
  try {
    readByte(ready);
    if (table.failure) throw new SystemCallError(table.failure.name, table.failure.errno);
    return body(pid);
  } finally {
    // Not by the end of a pipe: helpers of other threads, begun at the same time, may hold that open, and this one theirs.
    sendSignal(pid, SIGKILL);
    reap(pid);
    closeFd(ready);
    table.free();
  }
}
