import { check, syscall } from './libc.ts';
import { NativeMemory } from './memory.ts';
import { readProcFile } from './process-stat.ts';
import { SYS } from './syscall-numbers.ts';

/** Resource numbers of setrlimit(2). */
export const RLIMIT_DATA = 2;
export const RLIMIT_NOFILE = 7;
export const RLIMIT_RTTIME = 15;

const RLIM_INFINITY = 2n ** 64n - 1n;
const WORD_BYTES = 8;

/** Their names in /proc/PID/limits. */
const NAMES: Readonly<Record<number, string>> = {
  2: 'Max data size',
  7: 'Max open files',
  15: 'Max realtime timeout',
};

/** A limit of a process; Infinity stands for RLIM_INFINITY. */
export interface ResourceLimit {
  readonly resource: number;
  readonly soft: number;
  readonly hard: number;
}

/** A limit of this process. */
export function ownResourceLimit(resource: number): ResourceLimit {
  const memory = NativeMemory.allocate(2 * WORD_BYTES);
  try {
    check(syscall(SYS.prlimit64, 0, resource, 0, memory.address, 0, 0), 'prlimit64');
    const [soft, hard] = [0, WORD_BYTES].map((at) => memory.view.getBigUint64(at, true));
    return { resource, soft: limitOf(soft!), hard: limitOf(hard!) };
  } finally {
    memory.free();
  }
}

function limitOf(word: bigint): number {
  return word === RLIM_INFINITY ? Number.POSITIVE_INFINITY : Number(word);
}

/** Reads a limit of any process that we can see, or undefined if it is gone. */
export function readResourceLimit(pid: number, resource: number): ResourceLimit | undefined {
  const name = NAMES[resource] ?? 'unknown resource';
  const line = readProcFile(`/proc/${pid}/limits`)
    ?.split('\n')
    .find((text) => text.startsWith(name));
  if (line === undefined) return undefined;
  const [soft, hard] = line.slice(name.length).trim().split(/\s+/).map(parse);
  return { resource, soft: soft!, hard: hard! };
}

function parse(text: string): number {
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text);
}
