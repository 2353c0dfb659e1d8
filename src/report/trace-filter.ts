import { LABEL } from '../model/capture.ts';
import type { SyscallEntryEvent, SyscallExitEvent, TraceEvent } from '../model/trace-event.ts';
import { type DescriptorSet, hasDescriptor } from '../syscalls/descriptor-set.ts';
import { namedDescriptors } from '../syscalls/named-descriptors.ts';
import { signatureOf } from '../syscalls/signatures.ts';
import type { CallStatus } from './call-status.ts';

export interface TraceFilterOptions {
  /** Only calls that came back in these ways: `-e status=`, `-z`, `-Z`. */
  readonly statuses?: ReadonlySet<CallStatus> | undefined;
  /** Only calls that name one of these paths, or a file descriptor of it: `-P`. */
  readonly paths?: readonly string[] | undefined;
  /** Only calls that work on one of these descriptors, or name one of the paths: `-e trace-fds=`. */
  readonly descriptors?: DescriptorSet | undefined;
  /** Only these signals: `-e signal=`. */
  readonly signals?: ((signal: number) => boolean) | undefined;
}

/** Lets through the events that were asked for. */
export class TraceFilter {
  readonly #options: TraceFilterOptions;
  readonly #paths: ReadonlySet<string> | undefined;
  readonly #chooses: boolean;
  /** Tasks in a call that names one of the paths. */
  readonly #chosen = new Set<number>();

  constructor(options: TraceFilterOptions) {
    this.#options = options;
    this.#paths = options.paths && new Set(options.paths);
    this.#chooses = options.paths !== undefined || options.descriptors !== undefined;
  }

  /** How a call will come back is not known when it is entered: a filter by status lets through exits alone. */
  passes(event: TraceEvent): boolean {
    switch (event.kind) {
      case 'syscall-entry':
        if (this.#chooses && this.#names(event)) this.#chosen.add(event.tid);
        return this.#options.statuses === undefined && (!this.#chooses || this.#chosen.has(event.tid));
      case 'syscall-exit': {
        const named = this.#chosen.delete(event.tid);
        if (this.#chooses && !named && !this.#names(event)) return false;
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
    const { descriptors } = this.#options;
    return (
      namedDescriptors(call).some(
        (fd) => (descriptors && hasDescriptor(descriptors, fd)) || this.#isWanted(descriptorPath(call, fd)),
      ) ||
      signatureOf(call.nr, call.abi)
        .argumentsOf(call.args)
        .some((type, position) => type.path && this.#isWanted(call.captured.bytes(type.word ?? position)))
    );
  }

  #isWanted(path: Uint8Array | undefined): boolean {
    return path !== undefined && this.#paths?.has(Buffer.from(path).toString()) === true;
  }
}

/** Without the details that may follow the path. */
function descriptorPath(call: SyscallEntryEvent | SyscallExitEvent, fd: number): Uint8Array | undefined {
  const label = call.captured.label(LABEL.descriptor, fd, 'entry');
  const end = label?.indexOf(0) ?? -1;
  return end < 0 ? label : label!.subarray(0, end);
}

function statusOf({ returned, errno, detached }: SyscallExitEvent): CallStatus {
  if (!returned) return detached ? 'detached' : 'unfinished';
  return errno === 0 ? 'successful' : 'failed';
}
