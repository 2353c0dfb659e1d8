import {
  AF_INET6,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_STREAM,
  SOL_SOCKET,
  type SocketAddress,
} from '../../../../linux/sockets.ts';
import type { EntryDecision, ExitDecision, StoppedCall } from '../../../../tracer/policy.ts';
import type { Task } from '../../../../tracer/task.ts';
import { familyOf, internetAddress, loopbackLike, portOf } from '../../sockets/addresses.ts';
import { ArrivalTable } from '../shared/arrival-table.ts';
import { socketInode } from '../shared/proc-links.ts';
import type { EmulationPlan } from '../shared/relay-requests.ts';
import { addressArgument } from './address-argument.ts';
import type { EmulatedCall, EmulationTools } from './emulated-call.ts';
import { readWord } from './name-calls.ts';
import type { ServerFront, TreeSocket } from './tree-sockets.ts';

/** A front whose socket does not listen yet, and where that was seen. */
interface Pending {
  readonly pid: number;
  readonly fd: number;
  readonly socket: TreeSocket;
}

/**
 * The calls by which programs of the tree serve others. At bind(2), the program's socket gets a port on loopback, and one of
 * ours, the front, the address that was asked for; the program is told that this is its own.
 */
export class ServerCalls {
  readonly calls: Readonly<Record<string, EmulatedCall>> = {
    bind: { entry: (call) => this.#bind(call) },
    listen: { entry: (call) => this.#listen(call), exit: (call) => this.#listens(call) },
    accept: { entry: (call) => this.#accept(call), exit: (call) => this.#accepted(call) },
    accept4: { entry: (call) => this.#accept(call), exit: (call) => this.#accepted(call) },
  };
  readonly #tools: EmulationTools;
  readonly #arrivals: ArrivalTable;
  readonly #pending = new Set<Pending>();
  /** Ports at which fronts have been. */
  readonly #ports = new Set<number>();
  readonly #rooms = new WeakMap<Task, number>();

  constructor(tools: EmulationTools, { arrivals }: EmulationPlan) {
    this.#tools = tools;
    this.#arrivals = new ArrivalTable(arrivals);
  }

  #bind(call: StoppedCall): EntryDecision | undefined {
    const address = internetAddress(addressArgument(call));
    const socket = address && this.#tools.tree.of(call);
    if (socket?.kind !== 'tcp' || familyOf(address!) !== socket.family || socket.front) return undefined;
    this.#dropAbandoned();
    if (this.#ports.has(portOf(address!))) this.#tools.sweep();
    const fd = this.#tools.tree.take(call);
    if (fd < 0) return undefined;
    socket.front = this.#standBefore(socket, fd, address!);
    this.#tools.sockets.close(fd);
    const { front } = socket;
    if (front === undefined) return undefined;
    socket.names = { peer: undefined, local: () => front.address };
    this.#pending.add({ pid: call.task.tgid, fd: call.args.i32(0), socket });
    return { result: 0 };
  }

  /** Where it can't be had, or no rule is about it, the kernel decides as if we were not there. */
  #standBefore(socket: TreeSocket, fd: number, address: SocketAddress): ServerFront | undefined {
    const { sockets, mayServe } = this.#tools;
    const front = sockets.create(socket.family, SOCK_STREAM);
    if (front < 0) return undefined;
    this.#copyOptions(socket, fd, front);
    const own = sockets.bind(front, address) === 0 ? sockets.localAddress(front) : undefined;
    if (own && mayServe(portOf(own)) && sockets.bind(fd, loopbackLike(own, 0)) === 0) {
      this.#ports.add(portOf(own));
      return { fd: front, address: own, program: sockets.localAddress(fd)!, listens: false };
    }
    sockets.close(front);
    return undefined;
  }

  /** Those on which it depends what addresses can be had. */
  #copyOptions(socket: TreeSocket, from: number, to: number): void {
    const { sockets } = this.#tools;
    const copy = (level: number, name: number): void => {
      sockets.setOption(to, level, name, sockets.option(from, level, name));
    };
    copy(SOL_SOCKET, SO_REUSEADDR);
    copy(SOL_SOCKET, SO_REUSEPORT);
    if (socket.family === AF_INET6) copy(IPPROTO_IPV6, IPV6_V6ONLY);
  }

  #listen(call: StoppedCall): EntryDecision | undefined {
    const front = this.#tools.tree.of(call)?.front;
    if (front === undefined) return undefined;
    const outcome = this.#tools.sockets.listen(front.fd, call.args.i32(1));
    return outcome < 0 ? { result: outcome } : { atExit: true };
  }

  #listens(call: StoppedCall): undefined {
    const socket = this.#tools.tree.of(call);
    if (!socket?.front || socket.front.listens || call.result.i32(0) !== 0) return;
    const { fd, address, program } = socket.front;
    socket.front.listens = true;
    for (const pending of this.#pending) if (pending.socket === socket) this.#pending.delete(pending);
    this.#tools.send({ kind: 'front', fd, address, program, inode: socket.inode });
  }

  #accept(call: StoppedCall): EntryDecision | undefined {
    if (!this.#tools.tree.of(call)?.front) return undefined;
    const room = call.args.unsigned(1) === 0 ? undefined : readWord(call, call.args.unsigned(2));
    this.#rooms.set(call.task, room ?? 0);
    return { atExit: true };
  }

  #accepted(call: StoppedCall): ExitDecision | undefined {
    const descriptor = call.result.i32(0);
    const { tree, sockets } = this.#tools;
    const socket = descriptor < 0 ? undefined : tree.at(call, descriptor);
    const fd = socket ? sockets.take(call.task.tgid, descriptor) : -1;
    if (fd < 0) return undefined;
    const address = sockets.peerAddress(fd);
    sockets.close(fd);
    const ends = address && this.#arrivals.get(portOf(address));
    if (ends === undefined) return undefined;
    socket!.names = { peer: ends.peer, local: () => ends.local };
    const room = this.#rooms.get(call.task) ?? 0;
    return room === 0
      ? undefined
      : { writes: [{ address: call.args.unsigned(1), bytes: ends.peer.subarray(0, room) }] };
  }

  /** A socket that was bound and closed again has left its front to us. */
  #dropAbandoned(): void {
    for (const pending of this.#pending) {
      const { pid, fd, socket } = pending;
      if (socket.front !== undefined && socketInode(pid, fd) === socket.inode) continue;
      this.#pending.delete(pending);
      if (socket.front) this.#tools.sockets.close(socket.front.fd);
      socket.front = undefined;
    }
  }
}
