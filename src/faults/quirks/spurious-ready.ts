import type { MemoryWrite, StoppedCall } from '../../tracer/policy.ts';
import { drawIndex } from '../decisions.ts';
import { Descriptor, epollEntries } from '../descriptor.ts';
import { FIRST_DRAW } from '../kinds/moment.ts';
import type { QuirkKind } from './quirk.ts';

/** The same bit for poll(2) and epoll(7). */
const IN = 1;
const POLLFD_BYTES = 8;
const FD_SET_WORD_BITS = 64;
const MAX_FDS = 1024;

/**
 * A call that waits for descriptors says that one socket has something to read, whether it has or not. The call itself
 * is not made: what is really ready is still so at the next one.
 */
export const spuriousReady: QuirkKind = {
  start: () => ({
    concerns: ({ name, call }) => (READY[name]?.(call).length ?? 0) > 0,
    effect({ facts, call, key, ordinal }) {
      const ways = READY[facts.name]?.(call) ?? [];
      const writes = ways[drawIndex(key, ordinal, ways.length, FIRST_DRAW)];
      return writes && { entry: { result: 1, writes } };
    },
  }),
};

/** For each socket that the call would have waited to read from: what is written to say that this one is ready. */
type Ready = (call: StoppedCall) => (readonly MemoryWrite[])[];

const READY: Readonly<Record<string, Ready>> = {
  poll: readyByPoll,
  ppoll: readyByPoll,
  select: readyBySelect,
  pselect6: readyBySelect,
  epoll_wait: readyByEpoll,
  epoll_pwait: readyByEpoll,
  epoll_pwait2: readyByEpoll,
};

function isSocket({ task }: StoppedCall, fd: number): boolean {
  return fd >= 0 && new Descriptor(task.tid, fd).kind === 'socket';
}

/** poll(fds, nfds, ...): each struct pollfd has its answer. */
function readyByPoll(call: StoppedCall): (readonly MemoryWrite[])[] {
  const address = call.args.unsigned(0);
  const fds = call.read(address, Math.min(call.args.unsigned(1), MAX_FDS) * POLLFD_BYTES)?.slice();
  if (!fds) return [];
  const view = new DataView(fds.buffer);
  const places = Array.from({ length: Math.floor(fds.length / POLLFD_BYTES) }, (_, index) => index * POLLFD_BYTES);
  const readable = places.filter((at) => view.getUint16(at + 4, true) & IN && isSocket(call, view.getInt32(at, true)));
  return readable.map((ready) =>
    places.map((at) => ({ address: address + at + 6, bytes: Uint8Array.of(at === ready ? IN : 0, 0) })),
  );
}

/** select(nfds, readfds, writefds, exceptfds, ...): the sets keep the bits of what is ready. */
function readyBySelect(call: StoppedCall): (readonly MemoryWrite[])[] {
  const { args } = call;
  const count = Math.min(Math.max(args.i32(0), 0), MAX_FDS);
  const size = (Math.ceil(count / FD_SET_WORD_BITS) * FD_SET_WORD_BITS) / 8;
  const readable = args.unsigned(1);
  const set = readable === 0 || size === 0 ? undefined : call.read(readable, size)?.slice();
  if (set?.length !== size) return [];
  const fds = Array.from({ length: count }, (_, fd) => fd).filter((fd) => set[fd >> 3]! & (1 << (fd & 7)));
  const none = new Uint8Array(size);
  const others = [2, 3]
    .map((arg) => args.unsigned(arg))
    .filter((address) => address !== 0)
    .map((address) => ({ address, bytes: none }));
  return fds
    .filter((fd) => isSocket(call, fd))
    .map((fd) => {
      const bytes = Uint8Array.from(none);
      bytes[fd >> 3] = 1 << (fd & 7);
      return [{ address: readable, bytes }, ...others];
    });
}

/** epoll_wait(epfd, events, ...): an answer is 12 bytes, what has happened and what was said of the descriptor. */
function readyByEpoll(call: StoppedCall): (readonly MemoryWrite[])[] {
  const { args, task } = call;
  if (args.i32(2) <= 0) return [];
  return epollEntries(`/proc/${task.tid}/fdinfo/${args.i32(0)}`)
    .filter(({ fd, events }) => events & IN && isSocket(call, fd))
    .sort((a, b) => a.fd - b.fd)
    .map(({ data }) => {
      const bytes = new Uint8Array(12);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, IN, true);
      view.setBigUint64(4, data, true);
      return [{ address: args.unsigned(1), bytes }];
    });
}
