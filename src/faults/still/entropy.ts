import { createHash } from 'node:crypto';
import { syscallNumber } from '../../syscalls/syscall-table.ts';
import type { EntryDecision, Policy, StoppedCall } from '../../tracer/policy.ts';

const GETRANDOM = syscallNumber('getrandom')!;
/** As many as the kernel gives at once; of more, the first ones. */
const MAX_BYTES = 64 * 1024;

/** getrandom(2) gives the same bytes in each run: other ones in each call of each task. */
export class StillEntropy implements Policy {
  readonly armed: ReadonlySet<number> = new Set([GETRANDOM]);
  readonly fixesRandomBytes = true;

  onEntry({ nr, abi, args, task, ordinal }: StoppedCall): EntryDecision | undefined {
    if (nr !== GETRANDOM || abi !== 'x86_64') return undefined;
    const count = Math.min(args.unsigned(1), MAX_BYTES);
    return {
      result: count,
      writes: [{ address: args.unsigned(0), bytes: bytesOf(`${task.lineage} ${ordinal}`, count) }],
    };
  }
}

/** So many short answers are kept: programs ask for the same ones in each run, and to make them takes longer than all else at such a stop. */
const MAX_KEPT = 256;
const SHORT_BYTES = 64;
const kept = new Map<string, Uint8Array>();

/** Bytes that look random, and are always the same for this text. */
export function bytesOf(text: string, count: number): Uint8Array {
  const known = kept.get(text);
  if (known?.length === count) return known;
  const bytes = new Uint8Array(
    createHash('shake256', { outputLength: Math.max(count, 1) })
      .update(text)
      .digest()
      .subarray(0, count),
  );
  if (count <= SHORT_BYTES && kept.size < MAX_KEPT) kept.set(text, bytes);
  return bytes;
}
