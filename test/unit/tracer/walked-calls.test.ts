import { describe, expect, it } from 'vitest';
import { CALL_FLAG, CAPTURE_KIND, SIZE_FROM } from '../../../src/linux/machine-code/stop-block.ts';
import type { WalkedCall, WalkedCapture } from '../../../src/linux/stop-walker.ts';
import { capturesWith, dependenceOf } from '../../../src/syscalls/signatures.ts';
import { syscallNumber } from '../../../src/syscalls/syscall-table.ts';
import {
  MAX_STRING_BYTES,
  MAX_WALKED_BYTES,
  type WalkedCallChoice,
  walkedCalls,
} from '../../../src/tracer/walked-calls.ts';

const wishes = { fdPaths: false, processNames: false, verbose: false, dumps: undefined } as Parameters<
  typeof capturesWith
>[0];
const everything: WalkedCallChoice = {
  selected: 'all',
  events: true,
  timed: true,
  captures: capturesWith(wishes),
  dependenceOf,
  stringLimit: 32,
  tree: true,
  armed: new Set(),
};

const RECORDED: WalkedCall = { flags: CALL_FLAG.record | CALL_FLAG.awaitsExit, atEntry: [], atExit: [] };

function structure(arg: number, limit: number): WalkedCapture {
  return { kind: CAPTURE_KIND.bytes, arg, sizeFrom: SIZE_FROM.limit, limit };
}

function walked(name: string, choice: Partial<WalkedCallChoice> = {}) {
  return walkedCalls({ ...everything, ...choice })[syscallNumber(name)!];
}

describe('what machine code does at a call by itself', () => {
  it('records calls whose arguments are all there is', () => {
    expect(walked('close')).toEqual(RECORDED);
    expect(walked('mmap')).toEqual(RECORDED);
  });

  it('copies data up to the limit of the trace: what is written before, what is read after', () => {
    const data = { kind: CAPTURE_KIND.text, arg: 1, times: 1, limit: 32 };
    expect(walked('write')).toEqual({ ...RECORDED, atEntry: [{ ...data, sizeFrom: 2 }] });
    expect(walked('read')).toEqual({ ...RECORDED, atExit: [{ ...data, sizeFrom: SIZE_FROM.result }] });
  });

  it('copies structures and arrays whole', () => {
    expect(walked('fstat')).toEqual({ ...RECORDED, atExit: [structure(1, 144)] });
    const array = {
      kind: CAPTURE_KIND.bytes | CAPTURE_KIND.int,
      arg: 0,
      sizeFrom: 1,
      times: 8,
      limit: MAX_WALKED_BYTES,
    };
    expect(walked('poll')).toEqual({ ...RECORDED, atEntry: [array], atExit: [array] });
    expect(walked('epoll_wait')?.atExit).toEqual([
      { kind: CAPTURE_KIND.bytes, arg: 1, sizeFrom: SIZE_FROM.result, times: 12, limit: MAX_WALKED_BYTES },
    ]);
  });

  it('copies several pieces, and strings that are short', () => {
    const path = { kind: CAPTURE_KIND.string, limit: MAX_STRING_BYTES };
    expect(walked('openat')).toEqual({ ...RECORDED, atEntry: [{ ...path, arg: 1 }] });
    expect(walked('newfstatat')).toEqual({ ...RECORDED, atEntry: [{ ...path, arg: 1 }], atExit: [structure(2, 144)] });
    expect(walked('rt_sigaction')).toEqual({ ...RECORDED, atEntry: [structure(1, 32)], atExit: [structure(2, 32)] });
    expect(walked('getxattr')).toEqual({ flags: CALL_FLAG.ask });
    expect(walked('removexattr')?.atEntry).toEqual([
      { ...path, arg: 0 },
      { kind: CAPTURE_KIND.string, arg: 1, limit: 33 },
    ]);
  });

  it.each(['execve', 'writev', 'clone', 'clone3', 'ioctl', 'futex', 'sendmsg', 'getsockname'])(
    'asks at %s: vectors, what is pointed at by what is pointed at, what an argument decides',
    (name) => {
      expect(walked(name)).toEqual({ flags: CALL_FLAG.ask });
    },
  );

  it('asks where data would be too long for it', () => {
    expect(walked('write', { stringLimit: 1_000_000 })).toEqual({ flags: CALL_FLAG.ask });
  });

  it('asks at all that is labelled', () => {
    expect(walked('close', { captures: capturesWith({ ...wishes, fdPaths: true }) })).toEqual({ flags: CALL_FLAG.ask });
  });

  it('leaves calls that nobody asked for alone, and counts what is only counted', () => {
    expect(walked('close', { selected: new Set([syscallNumber('read')!]) })).toEqual({ flags: 0 });
    expect(walked('openat', { events: false })).toEqual({ flags: CALL_FLAG.awaitsExit });
    expect(walked('openat', { events: false, timed: false })).toEqual({ flags: 0 });
  });

  it('counts up to where a policy is to be asked, beside what it does else', () => {
    const armed = new Set([syscallNumber('close')!, syscallNumber('openat')!]);
    expect(walked('close', { armed })).toEqual({ ...RECORDED, flags: RECORDED.flags | CALL_FLAG.askAtOrdinal });
    expect(walked('close', { armed, selected: 'none' })).toEqual({ flags: CALL_FLAG.askAtOrdinal });
    expect(walked('read', { armed, selected: 'none' })).toEqual({ flags: 0 });
  });
});
