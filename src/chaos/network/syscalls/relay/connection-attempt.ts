import type { NetworkDirection } from '../../../../model/network-use.ts';
import type { Flow } from '../../impairment/flow.ts';
import type { Owner, RelayContext } from './relay-context.ts';

/**
 * A connection on its way to be open, whoever has begun it: `inner` is the half to the program, `outer` that to the other
 * end, as far as there are any yet.
 */
export abstract class ConnectionAttempt implements Owner {
  protected readonly io: RelayContext;
  protected readonly flow: Flow;
  protected inner: number | undefined;
  protected outer: number | undefined;
  #isOver = false;

  constructor(io: RelayContext, flow: Flow) {
    this.io = io;
    this.flow = flow;
  }

  abstract onReady(fd: number): void;

  /** It will never be open: what there is of it is reset. */
  abort(): void {
    this.end();
    this.flow.ended = true;
    for (const fd of this.#halves()) {
      this.io.disown(fd);
      this.io.sockets.closeByReset(fd);
    }
  }

  /** It is open, or will never be; the two halves are for others to close. False if that was known. */
  protected end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    for (const fd of this.#halves()) this.io.epoll.watch(fd, 0);
    return true;
  }

  /** If it is one to be refused: when its beginner, who sends in this direction, hears of that. */
  protected refusedAt(direction: NetworkDirection): number | undefined {
    const { flow, io } = this;
    const refusedBy = flow.impairment!.refuses(direction);
    if (refusedBy === undefined) return undefined;
    const now = io.now();
    flow.state = 'refused';
    io.log.add('refuse', { flow, direction, stream: 'data', ordinal: 0 }, now, refusedBy);
    return now + flow.impairment!.latency('to') + flow.impairment!.latency('from');
  }

  /** What was to happen does not where the attempt is over. */
  protected at(time: number, action: () => void): void {
    this.io.carry(time, () => {
      if (!this.#isOver) action();
      return false;
    });
  }

  #halves(): number[] {
    return [this.inner, this.outer].filter((fd) => fd !== undefined);
  }
}
