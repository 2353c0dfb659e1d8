import type { EntryDecision, ExitDecision, StoppedCall } from '../../../../tracer/policy.ts';
import type { Task } from '../../../../tracer/task.ts';
import type { EmulatedCall, EmulationTools } from './emulated-call.ts';
import type { EndNames } from './tree-sockets.ts';

/** The calls that ask for the ends of a socket: the program is told the true ones. */
export class NameCalls {
  readonly calls: Readonly<Record<string, EmulatedCall>> = {
    getpeername: { entry: (call) => this.#ask(call), exit: (call) => this.#tell(call, (names) => names.peer) },
    getsockname: { entry: (call) => this.#ask(call), exit: (call) => this.#tell(call, (names) => names.local()) },
  };
  readonly #tools: EmulationTools;
  readonly #asked = new WeakMap<Task, { readonly names: EndNames; readonly room: number }>();

  constructor(tools: EmulationTools) {
    this.#tools = tools;
  }

  #ask(call: StoppedCall): EntryDecision | undefined {
    const room = readWord(call, call.args.unsigned(2));
    const names = this.#tools.tree.of(call)?.names;
    if (room === undefined || names === undefined) return undefined;
    this.#asked.set(call.task, { names, room });
    return { atExit: true };
  }

  #tell(call: StoppedCall, end: (names: EndNames) => Uint8Array | undefined): ExitDecision | undefined {
    const asked = this.#asked.get(call.task);
    const address = asked && call.result.i32(0) === 0 ? end(asked.names) : undefined;
    return address && { writes: [{ address: call.args.unsigned(1), bytes: address.subarray(0, asked!.room) }] };
  }
}

/** An unsigned word of 32 bits in the memory of the task. */
export function readWord(call: StoppedCall, address: number): number | undefined {
  const bytes = address === 0 ? undefined : call.read(address, 4);
  return bytes?.length === 4 ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) : undefined;
}
