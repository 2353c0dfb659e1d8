import type { SyscallEntryEvent, SyscallExitEvent, TraceEvent } from '../model/trace-event.ts';
import { signatureOf } from '../syscalls/signatures.ts';
import type { CallStatus } from './call-status.ts';

export interface TraceFilterOptions {
  /** Only calls that came back in these ways: `-e status=`, `-z`, `-Z`. */
  readonly statuses?: ReadonlySet<CallStatus> | undefined;
  /** Only calls that name one of these paths, or a file descriptor of it: `-P`. */
  readonly paths?: readonly string[] | undefined;
  /** Only these signals: `-e signal=`. */
  readonly signals?: ((signal: number) => boolean) | undefined;
}

/** Lets through the events that were asked for. */
export class TraceFilter {
  readonly #options: TraceFilterOptions;
  readonly #paths: ReadonlySet<string> | undefined;
  /** Tasks in a call that names one of the paths. */
  readonly #chosen = new Set<number>();

  constructor(options: TraceFilterOptions) {
    this.#options = options;
    this.#paths = options.paths && new Set(options.paths);
  }

  /** How a call will come back is not known when it is entered: a filter by status lets through exits alone. */
  passes(event: TraceEvent): boolean {
    switch (event.kind) {
      case 'syscall-entry':
        if (this.#paths && this.#names(event)) this.#chosen.add(event.tid);
        return this.#options.statuses === undefined && (!this.#paths || this.#chosen.has(event.tid));
      case 'syscall-exit': {
        const named = this.#chosen.delete(event.tid);
        if (this.#paths && !named && !this.#names(event)) return false;
        return this.#options.statuses?.has(statusOf(event)) !== false;
      }
      case 'exec-supersede':
        if (this.#chosen.delete(event.formerTid)) this.#chosen.add(event.tid);
        return true;
      case 'signal':
        return this.#options.signals?.(event.signal) !== false;
      default:
        return true;
    }
  }

  #names(call: SyscallEntryEvent | SyscallExitEvent): boolean {
    return signatureOf(call.nr, call.abi)
      .argumentsOf(call.args)
      .some((type, position) => {
        const arg = type.word ?? position;
        if (!type.descriptor && !type.path) return false;
        const bytes = call.captured.bytes(arg);
        return bytes !== undefined && this.#paths!.has(Buffer.from(bytes).toString());
      });
  }
}

function statusOf({ returned, errno, detached }: SyscallExitEvent): CallStatus {
  if (!returned) return detached ? 'detached' : 'unfinished';
  return errno === 0 ? 'successful' : 'failed';
}
