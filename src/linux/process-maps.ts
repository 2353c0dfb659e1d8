import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { readProcFile } from './process-stat.ts';

/** A stretch of a process's memory that can be executed (proc_pid_maps(5)). */
export interface CodeMapping {
  readonly start: number;
  readonly end: number;
  /** Where it begins in the file. */
  readonly offset: number;
  readonly inode: number;
  /** What /proc calls it: a path, `[vdso]`, or empty. */
  readonly name: string;
}

const LINE = /^([0-9a-f]+)-([0-9a-f]+) ..x. ([0-9a-f]+) \S+ (\d+) *(.*)$/gm;

/** What a task could execute, by address; empty if it is gone. */
export function codeMappings(tid: number): CodeMapping[] {
  let text: string;
  try {
    text = readFileSync(`/proc/${tid}/maps`, 'utf8');
  } catch {
    return [];
  }
  return Array.from(text.matchAll(LINE), ([, start, end, offset, inode, name]) => ({
    start: Number.parseInt(start!, 16),
    end: Number.parseInt(end!, 16),
    offset: Number.parseInt(offset!, 16),
    inode: Number(inode),
    name: name!,
  }));
}

/** Whether a task has memory that it may share with other processes, and may write to; false if it is gone. */
export function sharesMemory(tid: number): boolean {
  return /^\S+ rw.s/m.test(readProcFile(`/proc/${tid}/maps`) ?? '');
}

/** A file that is open for reading at places. */
export interface OpenFile {
  /** Differs between files, and between what one file held at two times. */
  readonly identity: string;
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
  close(): void;
}

/**
 * Opens the file that is mapped: the very one, even if it has been deleted or lies in another mount namespace. Who may not do
 * that (it needs CAP_CHECKPOINT_RESTORE) gets the one at its path as the task sees it, if it is the same. Undefined if it can't be had.
 */
export function openMapped(tid: number, { start, end, inode, name }: CodeMapping): OpenFile | undefined {
  const range = `${start.toString(16)}-${end.toString(16)}`;
  return openForReading(`/proc/${tid}/map_files/${range}`) ?? openForReading(`/proc/${tid}/root${name}`, inode);
}

/** Opens a file, if it is there and (where that is asked for) has this inode. */
export function openForReading(path: string, inode?: number): OpenFile | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined;
  }
  const stat = fstatSync(fd);
  if (!stat.isFile() || (inode !== undefined && stat.ino !== inode)) {
    closeSync(fd);
    return undefined;
  }
  return {
    identity: `${stat.dev}:${stat.ino}:${stat.mtimeMs}:${stat.size}`,
    size: stat.size,
    read: (offset, length) => readAt(fd, offset, Math.max(0, Math.min(length, stat.size - offset))),
    close: () => closeSync(fd),
  };
}

/** What can't be read (any more) is not there. */
function readAt(fd: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  try {
    return bytes.subarray(0, length === 0 ? 0 : readSync(fd, bytes, 0, length, offset));
  } catch {
    return new Uint8Array();
  }
}
