import { readdirSync, readlinkSync } from 'node:fs';
import { readProcFile } from './process-stat.ts';
import { SocketDiag } from './socket-diag.ts';

/**
 * The bytes that processes have read so far (files, pipes, terminals), and that their TCP sockets have received, which read(2) alone
 * does not count. Not those of datagrams and Unix sockets that are received by recv(2): no file tells them.
 */
export function dataReceived(processIds: readonly number[]): number {
  const inodes = new Map(processIds.map((pid) => [pid, socketsOf(pid)]));
  const first = [...inodes].find(([, sockets]) => sockets.length > 0)?.[0];
  const received = first === undefined ? undefined : receivedBeside(first);
  let bytes = 0;
  for (const pid of processIds) {
    bytes += bytesRead(pid);
    for (const inode of inodes.get(pid) ?? []) bytes += received?.get(inode) ?? 0;
  }
  return bytes;
}

function receivedBeside(pid: number): Map<number, number> {
  const diag = new SocketDiag();
  try {
    return diag.tcpReceived(pid);
  } finally {
    diag.close();
  }
}

/** rchar of /proc/PID/io (proc_pid_io(5)); 0 if it is gone, or the kernel does not count. */
function bytesRead(pid: number): number {
  return Number(/^rchar: (\d+)/m.exec(readProcFile(`/proc/${pid}/io`) ?? '')?.[1] ?? 0);
}

/** The inodes of its sockets. */
function socketsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode === undefined ? [] : [Number(inode)];
    });
  } catch {
    // It is gone, or not ours to look at.
    return [];
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    // Closed meanwhile.
    return '';
  }
}
