import type { Learned } from './learned.ts';
import { errorsEver } from './realism.ts';
import type { RANDOM_REALISM, RandomKind, RealismLevel } from './selector.ts';
import { SHORT_IO } from './short-io.ts';

/** What random faults may be. */
export interface RandomFaults {
  readonly kinds: readonly RandomKind[];
  /** The only errors; undefined for all that the level of realism allows. */
  readonly errors: readonly string[] | undefined;
  /** The errors are drawn as often as they came there. */
  readonly learned?: Learned;
}

/** How random faults are asked for. */
export interface RandomSettings {
  /** The chance that an eligible call meets one. */
  readonly rate?: number;
  readonly syscalls?: readonly string[];
  readonly kinds?: readonly RandomKind[];
  readonly errors?: readonly string[];
  readonly realism?: (typeof RANDOM_REALISM)[number];
  /** A trace of a real run, with a realism of `learned`. */
  readonly learnedFrom?: string;
}

/** Calls that say by 0 that there is no more: the file was cut, the other side has closed, the directory is over. */
export const ENDS_AT_ZERO: readonly string[] =
  'read readv pread64 preadv preadv2 recvfrom recvmsg getdents64 sendfile copy_file_range splice'.split(' ');

/** Their buffers have a form that the kernel itself makes. */
export const STRUCTURED: readonly string[] = ['getdents64'];

/** Whether calls of this name can meet such a fault at all: no other need stop. */
export function canMeet(name: string, { kinds, errors, learned }: RandomFaults, realism: RealismLevel): boolean {
  if (learned) return Object.hasOwn(learned, name);
  const moves = SHORT_IO[name] !== undefined;
  const ways: Readonly<Record<RandomKind, boolean>> = {
    error: errorsEver(name, realism).some((errno) => errors?.includes(errno) !== false),
    short: moves,
    retval: realism === 'any' ? moves : ENDS_AT_ZERO.includes(name) || name === 'futex',
    corrupt: moves && (realism === 'any' || !STRUCTURED.includes(name)),
    delay: true,
  };
  return kinds.some((kind) => ways[kind]);
}
