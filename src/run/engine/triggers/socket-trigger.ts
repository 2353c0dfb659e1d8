import type { CallFacts } from '../../../faults/call-facts.ts';
import { SocketCalls } from '../../../linux/sockets.ts';
import { syscallNumber } from '../../../syscalls/syscall-table.ts';
import type { StoppedCall } from '../../../tracer/policy.ts';
import { addressIn, addressMatcher } from './addresses.ts';
import type { AtReturn, CallWatcher } from './call-watcher.ts';

const EINPROGRESS = -115;
const MAX_ADDRESS_BYTES = 128;

/** A process listens at an address, or connects to it: when that call has come back well. */
export class SocketTrigger implements CallWatcher {
  readonly numbers: ReadonlySet<number>;
  readonly #kind: 'listen' | 'connect';
  readonly #matches: ReturnType<typeof addressMatcher>;
  readonly #sockets = new SocketCalls();

  constructor(kind: 'listen' | 'connect', address: string) {
    this.numbers = new Set([syscallNumber(kind)!]);
    this.#kind = kind;
    this.#matches = addressMatcher(address);
  }

  onEntry({ call }: CallFacts): AtReturn | undefined {
    if (this.#kind === 'listen')
      return (returned) => (isDone(returned) && this.#isAt(boundTo(this.#sockets, returned)) ? 1 : 0);
    // The address may be elsewhere by the time it comes back.
    const length = Math.min(call.args.u32(2), MAX_ADDRESS_BYTES);
    if (!this.#isAt(call.read(call.args.unsigned(1), length)?.slice())) return undefined;
    return (returned) => (isDone(returned) ? 1 : 0);
  }

  #isAt(bytes: Uint8Array | undefined): boolean {
    const address = bytes && addressIn(bytes);
    return address !== undefined && this.#matches(address);
  }
}

/** A connection that goes on by itself has been asked for all the same. */
function isDone({ result }: StoppedCall): boolean {
  const value = result.signed(0);
  return value === 0 || value === EINPROGRESS;
}

function boundTo(sockets: SocketCalls, { task, args }: StoppedCall): Uint8Array | undefined {
  const fd = sockets.take(task.tgid, args.i32(0));
  if (fd < 0) return undefined;
  const address = sockets.localAddress(fd);
  sockets.close(fd);
  return address;
}
