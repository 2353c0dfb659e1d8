import { CLONE_UNTRACED } from '../linux/seccomp-filter.ts';
import { SYS } from '../linux/syscall-numbers.ts';
import type { EntryDecision, StoppedCall } from './policy.ts';

const ENOSYS = 38;
const FLAGS_BYTES = 4;
const CLONE_ARGS_SIZE_VER0 = 64;
const PAGE_BYTES = 4096;

/**
 * A program may ask for a child that no tracer follows (CLONE_UNTRACED; hardly any does). It would leave the run, and under
 * our filter each of its stopping calls would fail. So clone does without the flag; clone3, whose flags lie in memory that
 * the program may share, is not there, and programs fall back to clone.
 */
export function keepTraced(call: StoppedCall): EntryDecision | undefined {
  if (call.nr === SYS.clone && (call.args.u32(0) & CLONE_UNTRACED) !== 0) {
    return { args: [{ index: 0, value: call.args.unsigned(0) - CLONE_UNTRACED }] };
  }
  if (call.nr === SYS.clone3) {
    // The kernel refuses structures of other sizes before it looks at their flags.
    const size = call.args.unsigned(1);
    if (size < CLONE_ARGS_SIZE_VER0 || size > PAGE_BYTES) return undefined;
    const flags = call.read(call.args.unsigned(0), FLAGS_BYTES);
    if (flags?.length === FLAGS_BYTES && (flags[2]! & (CLONE_UNTRACED >> 16)) !== 0) return { result: -ENOSYS };
  }
  return undefined;
}
