import { EPOLLIN } from '../../../../linux/epoll.ts';
import { failureOf, type SocketAddress } from '../../../../linux/sockets.ts';
import { isAny, isLoopback, isV4, keyOf, portOf } from '../../sockets/addresses.ts';
import type { Ends } from '../shared/arrival-table.ts';
import type { FrontRequest } from '../shared/relay-requests.ts';
import type { Companion } from './companions.ts';
import type { Owner, RelayContext } from './relay-context.ts';

const EAGAIN = failureOf('EAGAIN');
const MAX_AT_ONCE = 64;
/** After a failure, such as that of too many open files. */
const PAUSE_MS = 100;

type OnArrival = (outer: number, ends: Ends, program: SocketAddress) => void;

/** Listens in the place of a server of the tree, as long as that does. */
export class Front implements Owner, Companion {
  readonly isQuiet = true;
  readonly inode: number;
  readonly #io: RelayContext;
  readonly #fd: number;
  readonly #address: SocketAddress;
  readonly #program: SocketAddress;
  readonly #onClose: () => void;
  readonly #arrived: OnArrival;
  #open = true;

  constructor(io: RelayContext, request: FrontRequest, arrived: OnArrival, onClose: () => void) {
    this.#io = io;
    this.#fd = request.fd;
    this.inode = request.inode;
    this.#address = request.address;
    this.#program = request.program;
    this.#onClose = onClose;
    this.#arrived = arrived;
    io.own(this.#fd, this);
    this.#watch();
  }

  /** Where the program listens, if what goes to this address of loopback comes here, and can be known there by its own. */
  behind(address: SocketAddress): SocketAddress | undefined {
    const isHere =
      portOf(address) === portOf(this.#address) &&
      isLoopback(address) &&
      (isAny(this.#address) || keyOf(address) === keyOf(this.#address));
    return isHere && isV4(address) === isV4(this.#program) ? this.#program : undefined;
  }

  onReady(): void {
    const { sockets, epoll, at, now } = this.#io;
    for (let i = 0; i < MAX_AT_ONCE; i++) {
      const outer = sockets.accept(this.#fd);
      if (outer === EAGAIN) return;
      if (outer < 0) {
        epoll.watch(this.#fd, 0);
        at(now() + PAUSE_MS, () => this.#watch());
        return;
      }
      const [peer, local] = [sockets.peerAddress(outer), sockets.localAddress(outer)];
      if (peer && local) this.#arrived(outer, { peer, local }, this.#program);
      else sockets.close(outer);
    }
  }

  abort(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#onClose();
    this.#io.epoll.watch(this.#fd, 0);
    this.#io.disown(this.#fd);
    this.#io.sockets.close(this.#fd);
  }

  #watch(): void {
    if (this.#open) this.#io.epoll.watch(this.#fd, EPOLLIN);
  }
}
