import type { ArgumentConditions } from '../../linux/seccomp-filter.ts';
import { syscallNumber } from '../../syscalls/syscall-table.ts';
import type { Policy, StoppedCall } from '../../tracer/policy.ts';

const STDERR = 2;

const WRITES: ReadonlySet<number> = numbers('write', 'writev');
/** What gives a descriptor another number: a shell's `echo oops >&2` writes to 1. */
const COPIES: ReadonlySet<number> = numbers('dup', 'dup2', 'dup3', 'fcntl');

/** Sees whether a tree writes to stderr. As a policy it changes nothing, and only calls on descriptor 2 stop for it. */
export class StderrWatch implements Policy {
  readonly armed: ReadonlySet<number> = new Set([...WRITES, ...COPIES]);
  readonly armedByArgument: ArgumentConditions = new Map(
    [...this.armed].map((number) => [number, { argument: 0, is: STDERR }]),
  );
  #hasWritten = false;
  #wasCopied = false;

  /** Undefined if it can't be known: stderr may have been written to by another number. */
  get written(): boolean | undefined {
    return this.#hasWritten || (this.#wasCopied ? undefined : false);
  }

  onEntry({ nr, args }: StoppedCall): undefined {
    if (args.i32(0) !== STDERR) return;
    if (WRITES.has(nr)) this.#hasWritten = true;
    else if (!isHarmlessFcntl(nr, args.i32(1))) this.#wasCopied = true;
  }
}

/** F_DUPFD is 0, F_DUPFD_CLOEXEC is 1030; all else copies nothing. */
function isHarmlessFcntl(nr: number, command: number): boolean {
  return nr === syscallNumber('fcntl') && command !== 0 && command !== 1030;
}

function numbers(...names: string[]): ReadonlySet<number> {
  return new Set(names.map((name) => syscallNumber(name)!));
}
