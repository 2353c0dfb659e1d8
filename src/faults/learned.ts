import { readFileSync } from 'node:fs';
import { RenacerError } from '../model/errors.ts';
import { realism, type Situation } from './realism.ts';
import { errnoByName } from './strace-names.ts';
import { callsOfTrace } from './traced-calls.ts';

/** A way in which a call failed: the error, how long it took, and how often that was. */
export interface LearnedFailure {
  readonly errno: string;
  /** In whole milliseconds: what took less is the call itself, and the tracer. */
  readonly delayMs: number;
  readonly times: number;
}

/** What a trace says of one system call that failed in it. */
export interface LearnedCall {
  /** How often it was made. */
  readonly calls: number;
  readonly failures: readonly LearnedFailure[];
}

/** By the name of the system call; those that never failed are not there. */
export type Learned = Readonly<Record<string, LearnedCall>>;

/** A call of which nothing is ruled out. */
const ANY_SITUATION: Situation = {
  fdKind: undefined,
  nonblocking: true,
  hasTimeout: true,
  canBlock: true,
  creates: true,
  writes: true,
};

const READING: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
};

/** How often each call failed in a trace of a real run, and with which errors. Errors: BAD_LEARNED. */
export function learnFrom(path: string): Learned {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw refused(path, READING[code ?? ''] ?? message);
  }
  return learnedOf(text, path);
}

/** The same of a trace that was read. What a wrong argument alone brings (EBADF, ENOTTY) is no failure of the world. */
export function learnedOf(text: string, path: string): Learned {
  const counts = new Map<string, { calls: number; failures: Map<string, LearnedFailure> }>();
  for (const { name, errno, durationMs } of callsOfTrace(text)) {
    const count = counts.get(name) ?? { calls: 0, failures: new Map() };
    counts.set(name, count);
    count.calls += 1;
    if (errno === undefined || !isOfTheWorld(name, errno)) continue;
    const delayMs = Math.floor(durationMs);
    const key = `${errno} ${delayMs}`;
    const times = (count.failures.get(key)?.times ?? 0) + 1;
    count.failures.set(key, { errno, delayMs, times });
  }
  if (counts.size === 0) throw refused(path, 'there is no system call in it');
  const failed = [...counts].filter(([, { failures }]) => failures.size > 0);
  if (failed.length === 0) throw refused(path, 'no system call in it failed for a reason outside of the program');
  return Object.fromEntries(
    failed.map(([name, { calls, failures }]) => [name, { calls, failures: [...failures.values()] }]),
  );
}

/** What was learned of these errors alone. Errors: BAD_LEARNED. */
export function amongErrors(learned: Learned, errors: readonly string[] | undefined, path: string): Learned {
  if (errors === undefined) return learned;
  const kept = Object.entries(learned).flatMap(([name, { calls, failures }]) => {
    const wanted = failures.filter(({ errno }) => errors.includes(errno));
    return wanted.length > 0 ? [[name, { calls, failures: wanted }] as const] : [];
  });
  if (kept.length === 0) throw refused(path, `no system call in it failed with ${errors.join(', ')}`);
  return Object.fromEntries(kept);
}

/** How often a call failed, of how often it was made. */
export function shareOf({ calls, failures }: LearnedCall): number {
  return failures.reduce((sum, { times }) => sum + times, 0) / calls;
}

function isOfTheWorld(name: string, errno: string): boolean {
  return errnoByName(errno) !== undefined && realism(name, errno, ANY_SITUATION) !== 'impossible';
}

function refused(path: string, reason: string): RenacerError {
  return new RenacerError('BAD_LEARNED', `nothing can be learned from ${JSON.stringify(path)}: ${reason}`, {
    hint: 'Give a trace of a run in which calls failed: renacer --format json -o FILE, or strace -f -T -o FILE.',
  });
}
