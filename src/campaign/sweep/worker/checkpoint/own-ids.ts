import { SECOND_PID } from '../../../../linux/namespaces.ts';
import { syscallNumber } from '../../../../syscalls/syscall-table.ts';
import type { EntryDecision, Policy, StoppedCall } from '../../../../tracer/policy.ts';

const SET_TID_ADDRESS = syscallNumber('set_tid_address')!;
const OF_ITSELF: readonly number[] = ['getpid', 'gettid', 'getpgrp'].map((name) => syscallNumber(name)!);
/** Of whomever their argument names, 0 for itself. */
const OF_SOMEBODY: readonly number[] = ['getpgid', 'getsid'].map((name) => syscallNumber(name)!);

/**
 * Who stands at a checkpoint has an id of its own, but is told the one that its copies have: what it remembers of itself is theirs. It is the leader
 * of its session and its process group, as they are.
 */
export class OwnIds implements Policy {
  readonly armed: ReadonlySet<number> = new Set([SET_TID_ADDRESS, ...OF_ITSELF, ...OF_SOMEBODY]);
  /** What it has said by set_tid_address(2), which the kernel forgets in a copy. 0: nothing. */
  tidAddress = 0;

  onEntry({ nr, args, abi }: StoppedCall): EntryDecision | undefined {
    if (abi !== 'x86_64') return undefined;
    if (nr === SET_TID_ADDRESS) this.tidAddress = args.unsigned(0);
    else if (OF_SOMEBODY.includes(nr) && args.u32(0) !== 0 && args.u32(0) !== SECOND_PID) return undefined;
    else if (!this.armed.has(nr)) return undefined;
    return { result: SECOND_PID };
  }
}
