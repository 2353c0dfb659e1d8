import {
  type ArgumentType,
  alike,
  type Call,
  type CompletedCall,
  type InputType,
  type OutputType,
  type PrintOptions,
} from '../argument-type.ts';
import { EPOLL_EVENTS, POLL_EVENTS } from '../constants/polling.ts';
import { decimalU64At, hex64At, i32, pointerAt, u16, u32 } from '../memory-words.ts';
import { addressText, descriptorText } from './numbers.ts';
import { arrayIn, arrayOut, type StructPrinter, structIn } from './pointers.ts';
import { sigsetText } from './signals.ts';
import { timespecText, timevalText } from './time.ts';

const POLLFD_SIZE = 8;
/** struct epoll_event is packed on x86-64. */
const EPOLL_EVENT_SIZE = 12;

const pollfdText: StructPrinter = (bytes, options, call) => {
  const fd = i32(bytes, 0);
  if (fd < 0) return `{fd=${fd}}`;
  return `{fd=${descriptorText(call, fd, options)}, events=${POLL_EVENTS.text(u16(bytes, 4))}}`;
};

/** The array of poll(2), with its number of elements in argument `count`; copied again when the call is back. */
export function pollfds(count: number): ArgumentType {
  const input = alike(arrayIn({ arg: count }, POLLFD_SIZE, pollfdText));
  const size = { arg: count, times: POLLFD_SIZE };
  return {
    ...input,
    capture: (arg) => [
      { arg, at: 'entry', kind: 'bytes', size },
      { arg, at: 'exit', kind: 'bytes', size },
    ],
    descriptorsInside: (arg) => [{ arg, at: 'entry', kind: 'fds', count: { arg: count }, stride: POLLFD_SIZE }],
  };
}

/** What poll(2) says: `[{fd=3, revents=POLLIN}]`, or `Timeout`; for ppoll(2) with the time that was left. */
export function pollNote(timeout?: number) {
  return (call: CompletedCall, options: PrintOptions): string | undefined => {
    if (call.errno !== 0) return undefined;
    if (call.result.i32(0) === 0) return 'Timeout';
    const bytes = call.captured.bytes(0);
    if (bytes === undefined) return undefined;
    const ready: string[] = [];
    for (let offset = 0; offset + POLLFD_SIZE <= bytes.length; offset += POLLFD_SIZE) {
      const events = u16(bytes, offset + 6);
      if (events === 0) continue;
      if (ready.length >= options.stringLimit) {
        ready.push('...');
        break;
      }
      ready.push(`{fd=${i32(bytes, offset)}, revents=${POLL_EVENTS.text(events)}}`);
    }
    return withLeft(ready.length > 0 ? `[${ready.join(', ')}]` : '', left(call, timeout, timespecText));
  };
}

/** A set of descriptors below nfds: `[0 3]`. `bytes` is how many the kernel reads. */
export function fdSet(bytes: number, descriptors: number): ArgumentType {
  const input = structIn(bytes, (set, options, call) => `[${membersText(set, descriptors, call, options)}]`);
  return {
    ...input,
    capture: (arg) => [
      { arg, at: 'entry', kind: 'bytes', size: bytes },
      { arg, at: 'exit', kind: 'bytes', size: bytes },
    ],
    descriptorsInside: (arg) => [{ arg, at: 'entry', kind: 'fd-set', descriptors }],
  };
}

function membersText(set: Uint8Array, descriptors: number, call: Call, options: PrintOptions): string {
  return membersOfSet(set, descriptors)
    .map((fd) => descriptorText(call, fd, options))
    .join(' ');
}

/** The members of a set of select(2): bits in the order of the descriptors. */
export function membersOfSet(set: Uint8Array, descriptors: number): number[] {
  const found: number[] = [];
  const end = Math.min(descriptors, set.length * 8);
  for (let fd = 0; fd < end; fd++) if ((set[fd >> 3]! >> (fd & 7)) & 1) found.push(fd);
  return found;
}

const SET_NAMES = ['in', 'out', 'except'] as const;

/** What select(2) says: `in [3], left {tv_sec=0, tv_usec=999}`, or `Timeout`. */
export function selectNote(timeText: (bytes: Uint8Array) => string) {
  return (call: CompletedCall): string | undefined => {
    if (call.errno !== 0) return undefined;
    if (call.result.i32(0) === 0) return 'Timeout';
    const sets = SET_NAMES.flatMap((name, i) => {
      const bytes = call.captured.bytes(i + 1);
      const ready = bytes === undefined ? [] : membersOfSet(bytes, call.args.i32(0));
      return ready.length === 0 ? [] : [`${name} [${ready.join(' ')}]`];
    });
    // Sets that can't be read leave nothing between the parentheses, as strace's.
    return withLeft(sets.join(', '), left(call, 4, timeText)) ?? '';
  };
}

function left(call: CompletedCall, timeout: number | undefined, text: (bytes: Uint8Array) => string): string {
  const bytes = timeout === undefined ? undefined : call.captured.bytes(timeout);
  return bytes === undefined ? '' : `left ${text(bytes)}`;
}

function withLeft(text: string, leftText: string): string | undefined {
  const both = text !== '' && leftText !== '' ? `${text}, ${leftText}` : text + leftText;
  return both === '' ? undefined : both;
}

/** A timeout that the kernel writes back what is left of. */
function timeoutInOut(text: (bytes: Uint8Array) => string): InputType {
  return {
    ...structIn(16, text),
    capture: (arg) => [
      { arg, at: 'entry', kind: 'bytes', size: 16 },
      { arg, at: 'exit', kind: 'bytes', size: 16 },
    ],
  };
}

export const timespecTimeout: InputType = timeoutInOut((bytes) => timespecText(bytes));
export const timevalTimeout: InputType = timeoutInOut((bytes) => timevalText(bytes));

function epollEventText(bytes: Uint8Array): string {
  return `{events=${EPOLL_EVENTS.text(u32(bytes, 0))}, data=${hex64At(bytes, 4)}}`;
}

export const epollEventIn: InputType = alike(structIn(EPOLL_EVENT_SIZE, epollEventText));
export const epollEventsOut: OutputType = alike(arrayOut({ result: true }, EPOLL_EVENT_SIZE, epollEventText));

/** The last argument of pselect6(2): a signal mask and its size, behind one pointer. */
export const maskPair: InputType = {
  when: 'entry',
  capture: (arg) => [
    { arg, at: 'entry', kind: 'bytes', size: 16 },
    { arg, at: 'entry', kind: 'behind', part: 1, offset: 0, size: 8 },
  ],
  print(call, arg) {
    const pair = call.captured.bytes(arg);
    if (pair === undefined) return addressText(call.args, arg);
    const mask = call.captured.bytes(arg, 1);
    return `{sigmask=${mask === undefined ? pointerAt(pair, 0) : sigsetText(mask)}, sigsetsize=${decimalU64At(pair, 8)}}`;
  },
};
