import { readdirSync } from 'node:fs';
import { descriptorPath } from '../../linux/fds.ts';
import { readProcFile } from '../../linux/process-stat.ts';
import type { DeadlockedTask } from '../../model/schedule.ts';
import { syscallName } from '../../syscalls/syscall-table.ts';
import { ABI_X86_64 } from '../call-at-stop.ts';
import type { PointSource } from '../points/point-source.ts';
import type { Task } from '../task.ts';
import { isFutexWait, isLockWait } from './sleeping.ts';
import type { TaskTurn } from './task-turn.ts';

const TWO_32 = 2 ** 32;

/** What can be ended by a task of the same tree alone. */
interface Waiting {
  readonly what: string;
  /** Who has it, where that is known: its lineage. */
  readonly heldBy?: string | undefined;
}

/** What is known of the tree, beside its tasks. */
export interface World {
  /** Descriptors that the command was started with, as /proc shows them: somebody else may have them, too. */
  readonly outside: ReadonlySet<string>;
  readonly points: PointSource | undefined;
  taskOf(pid: number): Task | undefined;
}

/**
 * The tasks of a tree that all sleep, if they wait for each other alone: for locks, children, pipes and signals of their own tree. Undefined
 * if a time, or anybody outside, may wake one of them.
 */
export function closedWorld(sleepers: readonly TaskTurn[], world: World): DeadlockedTask[] | undefined {
  const deadlocked: DeadlockedTask[] = [];
  for (const turn of sleepers) {
    const waiting = waitingOf(turn, world);
    if (!waiting) return undefined;
    const { task } = turn;
    const program = readProcFile(`/proc/${task.tgid}/comm`)?.trimEnd() ?? '';
    deadlocked.push({ task: task.lineage, program, waitsFor: waiting.what, heldBy: waiting.heldBy });
  }
  return deadlocked.length > 0 ? deadlocked : undefined;
}

/** What all descriptors of a process are. */
export function descriptorsOf(pid: number): Set<string> {
  const fds = readdirSync(`/proc/${pid}/fd`).map(Number);
  return new Set(fds.map((fd) => descriptorPath(pid, fd)?.toString('latin1') ?? ''));
}

function waitingOf(turn: TaskTurn, world: World): Waiting | undefined {
  const { task, nr, abi, args } = turn;
  if (abi !== ABI_X86_64 || !turn.inCall) return undefined;
  if (turn.vforks) return { what: 'its child of vfork' };
  switch (syscallName(nr)) {
    case 'futex':
      return ofFutex(turn, world);
    case 'exit':
      return { what: 'the other threads of its process' };
    case 'wait4':
    case 'waitid':
      return { what: 'a child' };
    case 'pause':
    case 'rt_sigsuspend':
      return { what: 'a signal' };
    case 'read':
    case 'write':
    case 'readv':
    case 'writev':
      return ofPipe(task, args[0]! | 0, world);
    case 'flock':
      return ofFileLock(task, args[0]! | 0, world);
    case 'fcntl':
      return isLockWait(args) ? ofFileLock(task, args[0]! | 0, world) : undefined;
    default:
      return undefined;
  }
}

function ofFutex({ task, args }: TaskTurn, { points }: World): Waiting | undefined {
  const hasTimeout = args[6] !== 0 || args[7] !== 0;
  if (hasTimeout || !isFutexWait(args)) return undefined;
  const known = points?.waitsFor(task);
  if (known) return { what: known.lock, heldBy: known.heldBy?.lineage };
  return { what: `futex 0x${(args[1]! * TWO_32 + args[0]!).toString(16)}` };
}

/** A pipe that the tree has made itself. */
function ofPipe(task: Task, fd: number, { outside }: World): Waiting | undefined {
  const file = descriptorPath(task.tid, fd)?.toString('latin1');
  return file?.startsWith('pipe:') && !outside.has(file) ? { what: file } : undefined;
}

/** A lock that a process of the tree has, as /proc/locks says: `1: FLOCK ADVISORY WRITE 42 fd:01:99 0 EOF`, waiting ones with `->`. */
function ofFileLock(task: Task, fd: number, { taskOf }: World): Waiting | undefined {
  const locks = (readProcFile('/proc/locks') ?? '').split('\n').map((line) => line.split(/\s+/));
  const waiting = locks.find((words) => words[1] === '->' && Number(words[5]) === task.tgid);
  const held = waiting && locks.find(([id, arrow]) => id === waiting[0] && arrow !== '->');
  const holder = held && taskOf(Number(held[4]));
  if (!holder) return undefined;
  const file = descriptorPath(task.tid, fd)?.toString('latin1') ?? 'a file';
  return { what: `a lock of ${file}`, heldBy: holder.lineage };
}
