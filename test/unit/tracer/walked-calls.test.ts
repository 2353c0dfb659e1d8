import { describe, expect, it } from 'vitest';
import { CALL_FLAG, SIZE_FROM } from '../../../src/linux/machine-code/stop-block.ts';
import { capturesWith, dependenceOf } from '../../../src/syscalls/signatures.ts';
import { syscallNumber } from '../../../src/syscalls/syscall-table.ts';
import { type WalkedCallChoice, walkedCalls } from '../../../src/tracer/walked-calls.ts';

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

const RECORDED = CALL_FLAG.record | CALL_FLAG.awaitsExit;

function walked(name: string, choice: Partial<WalkedCallChoice> = {}) {
  return walkedCalls({ ...everything, ...choice })[syscallNumber(name)!];
}

describe('what machine code does at a call by itself', () => {
  it('records calls whose arguments are all there is', () => {
    expect(walked('close')).toEqual({ flags: RECORDED });
    expect(walked('mmap')).toEqual({ flags: RECORDED });
  });

  it('copies data up to the limit of the trace: what is written before, what is read after', () => {
    const data = { arg: 1, limit: 32 };
    expect(walked('write')).toEqual({ ...data, flags: RECORDED | CALL_FLAG.captureAtEntry, sizeFrom: 2 });
    expect(walked('read')).toEqual({ ...data, flags: RECORDED | CALL_FLAG.captureAtExit, sizeFrom: SIZE_FROM.result });
  });

  it('copies structures whole', () => {
    expect(walked('fstat')).toMatchObject({
      flags: RECORDED | CALL_FLAG.captureAtExit,
      sizeFrom: SIZE_FROM.limit,
      limit: 144,
    });
  });

  it.each(['openat', 'execve', 'writev', 'clone', 'clone3', 'ioctl', 'futex', 'rt_sigaction'])(
    'asks at %s: paths, several pieces, what an argument decides',
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
    expect(walked('close', { armed })).toEqual({ flags: RECORDED | CALL_FLAG.askAtOrdinal });
    expect(walked('close', { armed, selected: 'none' })).toEqual({ flags: CALL_FLAG.askAtOrdinal });
    expect(walked('read', { armed, selected: 'none' })).toEqual({ flags: 0 });
  });
});
