import { closeSync, openSync, readlinkSync } from 'node:fs';
import { bind } from './libc.ts';

const CLONE_NEWNET = 0x4000_0000;

const setns = bind('setns', 'int', ['int', 'int']);

/** Which network namespace a task is in: `net:[4026531840]`; undefined if that can't be seen. */
export function networkNamespaceOf(tid: number | 'thread-self'): string | undefined {
  try {
    return readlinkSync(`/proc/${tid}/ns/net`);
  } catch {
    return undefined;
  }
}

/** Does something with this thread in the network namespace of a task (setns(2)); undefined if it may not go there. */
export function inNetworkOf<T>(tid: number, action: () => T): T | undefined {
  let there: number | undefined;
  let home: number | undefined;
  try {
    there = openSync(`/proc/${tid}/ns/net`, 'r');
    home = openSync('/proc/thread-self/ns/net', 'r');
    if (setns(there, CLONE_NEWNET) < 0) return undefined;
    try {
      return action();
    } finally {
      setns(home, CLONE_NEWNET);
    }
  } catch {
    return undefined;
  } finally {
    for (const fd of [there, home]) if (fd !== undefined) closeSync(fd);
  }
}
