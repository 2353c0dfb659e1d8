import { AF_UNSPEC, failureOf, SO_ERROR, SOL_SOCKET, type SocketAddress } from '../../../../linux/sockets.ts';
import type { EntryDecision, ExitDecision, StoppedCall } from '../../../../tracer/policy.ts';
import type { Task } from '../../../../tracer/task.ts';
import { familyOf, internetAddress, isAny, isV4, loopbackLike, portOf } from '../../sockets/addresses.ts';
import { ConnectionTable } from '../shared/connection-table.ts';
import type { EmulationPlan } from '../shared/relay-requests.ts';
import { addressArgument } from './address-argument.ts';
import type { EmulatedCall, EmulationTools } from './emulated-call.ts';
import type { TreeConnection, TreeSocket } from './tree-sockets.ts';

const EINPROGRESS = failureOf('EINPROGRESS');
/** Results of a call that a signal has interrupted: EINTR, and ERESTARTSYS to ERESTART_RESTARTBLOCK. */
const INTERRUPTED: readonly number[] = [failureOf('EINTR'), -512, -513, -514, -516];
const TCP_CLOSE = 7;
/**
 * A length of address that does for a socket that is connecting, since that looks at the family only, and makes connect(2)
 * fail on any other: a connection that failed before its task went on must not be made past the relay.
 */
const FAMILY_BYTES = 2;

/** The calls about TCP connections: those that make one, and those that tell how one is. */
export class ConnectionCalls {
  readonly calls: Readonly<Record<string, EmulatedCall>> = {
    connect: { entry: (call) => this.#connect(call), exit: (call) => this.#connected(call) },
    getsockopt: { entry: (call) => this.#askError(call), exit: (call) => this.#toldError(call) },
  };
  readonly #tools: EmulationTools;
  readonly #waitingPorts: Uint32Array;
  readonly #table: ConnectionTable;
  /** The connections that calls under way are about. */
  readonly #asked = new WeakMap<Task, TreeConnection>();
  #connections = 0;

  constructor(tools: EmulationTools, { waitingPorts, connections }: EmulationPlan) {
    this.#tools = tools;
    this.#waitingPorts = new Uint32Array(waitingPorts);
    this.#table = new ConnectionTable(connections);
  }

  #connect(call: StoppedCall): EntryDecision | undefined {
    const bytes = addressArgument(call);
    if (bytes === undefined) return undefined;
    const peer = internetAddress(bytes);
    const isEnd = familyOf(bytes) === AF_UNSPEC;
    if (peer === undefined && !isEnd) return undefined;
    const socket = this.#tools.tree.of(call);
    if (socket?.kind !== 'tcp') return undefined;
    if (peer === undefined) {
      socket.connection = socket.names = undefined;
      return undefined;
    }
    const { connection } = socket;
    const again = connection && this.#again(call, connection);
    return again === 'anew' || again === undefined ? this.#begin(call, socket, peer) : again;
  }

  /** Begins a connection attempt in the program's name. */
  #begin(call: StoppedCall, socket: TreeSocket, peer: SocketAddress): EntryDecision | undefined {
    const { tree, sockets, covers, send } = this.#tools;
    const port = this.#waitingPorts[isV4(peer) ? 0 : 1]!;
    if (port === 0 || familyOf(peer) !== socket.family || !(covers(peer) || socket.front)) return undefined;
    const fd = tree.take(call);
    if (fd < 0) return undefined;
    const source = this.#sourceOf(socket, fd);
    const outcome = sockets.beginConnect(fd, loopbackLike(peer, port));
    const waiting = sockets.localAddress(fd);
    if (outcome !== EINPROGRESS || waiting === undefined) {
      // It is connected already, or can't be: the kernel has the words for that.
      sockets.close(fd);
      return undefined;
    }
    const blocks = sockets.blocks(fd);
    this.#connections += 1;
    const number = this.#connections;
    socket.connection = { number, told: false };
    socket.names = { peer, local: () => this.#table.localAddress(number) };
    this.#table.clear(number);
    send({ kind: 'connect', connection: number, fd, waiting, source, peer });
    return blocks ? this.#waits(call, socket.connection) : { result: EINPROGRESS };
  }

  /** Where the connection is to come from, if the program has chosen that. */
  #sourceOf(socket: TreeSocket, fd: number): SocketAddress | undefined {
    const { sockets } = this.#tools;
    if (socket.front) {
      const { address } = socket.front;
      // It was not for a server; the relay takes its place again.
      sockets.close(socket.front.fd);
      socket.front = undefined;
      return address;
    }
    const bound = sockets.localAddress(fd);
    return bound && portOf(bound) !== 0 && !isAny(bound) ? bound : undefined;
  }

  /** A socket that has been through this asks how it went, or goes on waiting, or is free for another attempt. */
  #again(call: StoppedCall, connection: TreeConnection): EntryDecision | 'anew' {
    const failure = this.#table.failure(connection.number);
    if (failure !== 0) {
      if (connection.told) return 'anew';
      connection.told = true;
      return { result: failure };
    }
    const { tree, sockets } = this.#tools;
    const fd = tree.take(call);
    if (fd < 0) return {};
    const blocks = sockets.blocks(fd);
    const isClosed = sockets.tcpState(fd) === TCP_CLOSE;
    sockets.close(fd);
    if (isClosed) return 'anew';
    return blocks ? this.#waits(call, connection) : {};
  }

  /** The task waits in the kernel, as it would, and can be interrupted there. */
  #waits({ task }: StoppedCall, connection: TreeConnection): EntryDecision {
    this.#asked.set(task, connection);
    return { atExit: true, args: [{ index: 2, value: FAMILY_BYTES }] };
  }

  #connected(call: StoppedCall): ExitDecision | undefined {
    const result = call.result.i32(0);
    const connection = this.#asked.get(call.task);
    if (connection === undefined || result >= 0 || INTERRUPTED.includes(result)) return undefined;
    const failure = this.#table.failure(connection.number);
    if (failure === 0) return undefined;
    connection.told = true;
    return { result: failure };
  }

  #askError(call: StoppedCall): EntryDecision | undefined {
    if (call.args.i32(1) !== SOL_SOCKET || call.args.i32(2) !== SO_ERROR) return undefined;
    const connection = this.#tools.tree.of(call)?.connection;
    if (connection === undefined) return undefined;
    this.#asked.set(call.task, connection);
    return { atExit: true };
  }

  /** The kernel has its own word for how the socket was released from waiting. */
  #toldError(call: StoppedCall): ExitDecision | undefined {
    const connection = this.#asked.get(call.task);
    if (connection === undefined || connection.told || call.result.i32(0) !== 0) return undefined;
    const failure = this.#table.failure(connection.number);
    if (failure === 0) return undefined;
    connection.told = true;
    const bytes = new Uint8Array(new Int32Array([-failure]).buffer);
    return { writes: [{ address: call.args.unsigned(3), bytes }] };
  }
}
