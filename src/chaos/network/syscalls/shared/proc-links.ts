/** What a link of /proc says of a process: which socket a descriptor is, which network it lives in. */
import { readlinkSync } from 'node:fs';

/** The inode of a socket that a process has open; undefined if that is none. */
export function socketInode(process: number | 'self', descriptor: number): number | undefined {
  const [, inode] = /^socket:\[(\d+)\]$/.exec(targetOf(`/proc/${process}/fd/${descriptor}`) ?? '') ?? [];
  return inode === undefined ? undefined : Number(inode);
}

/** Undefined if that may not be known. */
export function networkNamespace(process: number | 'self'): string | undefined {
  return targetOf(`/proc/${process}/ns/net`);
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    // Not open, or the task is gone.
    return undefined;
  }
}
