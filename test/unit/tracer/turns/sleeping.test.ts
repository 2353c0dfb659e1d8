import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePipe } from '../../../../src/linux/fds.ts';
import { syscallNumber } from '../../../../src/syscalls/syscall-table.ts';
import { ABI_X86_64 } from '../../../../src/tracer/call-at-stop.ts';
import { Task } from '../../../../src/tracer/task.ts';
import { Descriptors } from '../../../../src/tracer/turns/descriptors.ts';
import { maySleep } from '../../../../src/tracer/turns/sleeping.ts';
import { TaskTurn } from '../../../../src/tracer/turns/task-turn.ts';
import { awaits, WAKES, Waking } from '../../../../src/tracer/turns/waking.ts';

const O_NONBLOCK = 0o4000;
let directory: string;
let file: number;
let reading: number;
let writing: number;

/** Their descriptors are those of this process. */
beforeAll(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'renacer-sleeping-'));
  writeFileSync(path.join(directory, 'file'), 'text');
  file = openSync(path.join(directory, 'file'), 'r');
  [reading, writing] = makePipe();
});
afterAll(() => {
  for (const fd of [file, reading, writing]) closeSync(fd);
  rmSync(directory, { recursive: true });
});

/** A task at the entry of a call. */
function enters(name: string, ...words: readonly number[]): TaskTurn {
  const turn = new TaskTurn(new Task(process.pid, process.pid, '0'));
  turn.atCall(
    syscallNumber(name)!,
    ABI_X86_64,
    new Uint32Array(Array.from({ length: 6 }, (_, i) => [words[i] ?? 0, 0]).flat()),
    0,
  );
  return turn;
}

describe('which calls may sleep', () => {
  it.each([
    ['futex', [0, 0x80], true],
    ['futex', [0, 0x81], false],
    ['wait4', [0, 0, 0], true],
    ['wait4', [0, 0, 1], false],
    ['flock', [3, 2], true],
    ['flock', [3, 6], false],
    ['fcntl', [3, 7], true],
    ['fcntl', [3, 6], false],
    ['epoll_wait', [3, 0, 8, 0], false],
    ['poll', [0, 1, 0xffffffff], true],
    ['clone', [0x4011], true],
    ['clone', [17], false],
    ['openat', [0, 0, 0], true],
    ['openat', [0, 0, 0o200000], false],
    ['mkdir', [0], false],
  ])('%s(%j): %s', (name, words, may) => {
    expect(maySleep(enters(name, ...words), new Descriptors())).toBe(may);
  });

  it('what is read from a pipe is waited for, what is read from a file is not', () => {
    const descriptors = new Descriptors();
    expect(maySleep(enters('read', reading), descriptors)).toBe(true);
    expect(maySleep(enters('read', file), descriptors)).toBe(false);
    expect(maySleep(enters('recvfrom', reading, 0, 0, 0x40), descriptors)).toBe(false);
  });

  it('a descriptor that was closed is looked at again', () => {
    const descriptors = new Descriptors();
    const [first, second] = makePipe();
    expect(descriptors.kindOf(enters('read').task, first)).toBe('fifo');
    closeSync(first);
    const again = openSync(path.join(directory, 'file'), 'r');
    expect(again).toBe(first);
    expect(descriptors.kindOf(enters('read').task, again)).toBe('fifo');
    descriptors.makes(enters('close', first));
    expect(descriptors.kindOf(enters('read').task, again)).toBe('regular file');
    expect(descriptors.pathOf(enters('read').task, again)).toBe(path.join(directory, 'file'));
    for (const fd of [again, second]) closeSync(fd);
  });

  it('whether one waits is not asked until the tree has made one that does not', () => {
    const fd = openSync('/dev/null', O_NONBLOCK);
    const descriptors = new Descriptors();
    expect(maySleep(enters('read', fd), descriptors)).toBe(true);
    descriptors.makes(enters('accept4', 3, 0, 0, O_NONBLOCK));
    expect(maySleep(enters('read', fd), descriptors)).toBe(false);
    expect(maySleep(enters('read', reading), descriptors)).toBe(true);
    closeSync(fd);
  });
});

describe('who is woken by a call', () => {
  it('nobody by what only looks, those that wait for a lock by futex, all by an end', () => {
    const waking = new Waking(new Descriptors());
    expect(waking.wokenBy(enters('stat'))).toBe(WAKES.nobody);
    expect(waking.wokenBy(enters('futex', 0, 0x81))).toBe(WAKES.futexes);
    expect(waking.wokenBy(enters('write', writing))).toBe(WAKES.files);
    expect(waking.wokenBy(enters('exit_group'))).toBe(WAKES.all);
  });

  it('who reads a file wakes nobody, until somebody watches files', () => {
    const waking = new Waking(new Descriptors());
    expect(waking.wokenBy(enters('read', file))).toBe(WAKES.nobody);
    waking.wokenBy(enters('inotify_init1'));
    expect(waking.wokenBy(enters('read', file))).toBe(WAKES.files);
  });

  it('who waits for a child is not woken by what is written', () => {
    expect(awaits(enters('wait4')) & WAKES.files).toBe(0);
    expect(awaits(enters('read')) & WAKES.files).not.toBe(0);
    expect(awaits(enters('futex')) & WAKES.files).toBe(0);
  });
});
