import { describe, expect, it } from 'vitest';
import { atExitOf, CallsUnderWay, mergeEntries, mergeExits } from '../../../src/faults/merged-effects.ts';
import { callOf, taskOf } from '../../support/stopped-call.ts';

const write = (address: number, byte: number) => ({ address, bytes: Uint8Array.of(byte) });

describe('the effects of several faults on one call', () => {
  it('add up: delays, signals, writes and arguments', () => {
    const first = mergeEntries(undefined, {
      delayMs: 3,
      signals: [2],
      writes: [write(1, 1)],
      args: [{ index: 0, value: 1 }],
    });
    const both = mergeEntries(first, {
      delayMs: 4,
      signals: [15],
      writes: [write(2, 2)],
      args: [{ index: 1, value: 2 }],
    });
    expect(both).toMatchObject({ delayMs: 7, signals: [2, 15], writes: [write(1, 1), write(2, 2)], poked: true });
    expect(both?.args).toHaveLength(2);
  });

  it('of several results the first counts', () => {
    expect(mergeEntries({ result: -5 }, { result: -28 })?.result).toBe(-5);
    expect(mergeEntries({ delayMs: 1 }, { result: -28 })?.result).toBe(-28);
    expect(mergeExits({ result: 1 }, { result: 2, delayMs: 9 })).toMatchObject({ result: 1, delayMs: 9 });
  });

  it('delays at the exit add up too, and a death is a death', () => {
    expect(mergeExits({ delayMs: 3 }, { delayMs: 4 })?.delayMs).toBe(7);
    expect(mergeExits({ kill: true }, { delayMs: 4 })?.kill).toBe(true);
    expect(mergeEntries({ delayMs: 4 }, { kill: true })?.kill).toBe(true);
  });

  it('are marked as what the kernel would not have done, but not signals and delays', () => {
    expect(mergeEntries(undefined, { result: 0 })).toMatchObject({ injected: true, poked: false });
    expect(mergeEntries(undefined, { syscall: 39 })).toMatchObject({ injected: true, poked: false });
    expect(mergeEntries(undefined, { args: [{ index: 2, value: 1 }] })).toMatchObject({ injected: false, poked: true });
    expect(mergeEntries(undefined, { writes: [] })).toMatchObject({ injected: false, poked: false });
    expect(mergeEntries(undefined, { delayMs: 1, signals: [2] })).toMatchObject({ injected: false, poked: false });
    expect(mergeExits(undefined, { undo: [{ syscall: 3, args: [4] }] })).toMatchObject({ injected: true });
    expect(mergeExits(undefined, { writes: [write(1, 1)] })).toMatchObject({ injected: false, poked: true });
    expect(mergeEntries({ injected: true }, { delayMs: 1 })?.injected).toBe(true);
    const args = [{ index: 0, value: 0 }];
    expect(mergeEntries(undefined, { args, injected: true })).toMatchObject({ injected: true, poked: false });
    expect(mergeEntries(undefined, { args, syscall: 39 })).toMatchObject({ injected: true, poked: false });
    expect(mergeExits(undefined, { result: 1 })).toMatchObject({ injected: true, poked: false });
  });

  it('nothing and something is something', () => {
    expect(mergeEntries(undefined, undefined)).toBeUndefined();
    expect(mergeEntries({ delayMs: 1 }, undefined)).toEqual({ delayMs: 1 });
    expect(mergeExits({ delayMs: 1 }, undefined)).toEqual({ delayMs: 1 });
  });

  it('of an entry that comes at the exit keep what can come then', () => {
    expect(atExitOf({ delayMs: 3, kill: true, signals: [9], result: 1 })).toMatchObject({ delayMs: 3, kill: true });
    expect(atExitOf(undefined)).toBeUndefined();
    expect(atExitOf({ delayMs: 3 })).toEqual({ delayMs: 3 });
    expect(atExitOf({ result: -5, signals: [9], writes: [write(1, 1)] })).toEqual({
      result: -5,
      signals: [9],
      writes: [write(1, 1)],
    });
  });
});

describe('a call under way', () => {
  it('is asked for its exit only if something is to be done then, and once', () => {
    const calls = new CallsUnderWay();
    const task = taskOf();
    expect(calls.add(task, { delayMs: 1 }, [undefined])).toEqual({ delayMs: 1 });
    expect(calls.add(task, undefined, [() => ({ result: 3 })])).toEqual({ atExit: true });
    expect(calls.comesBack(callOf(task, 'read'))?.result).toBe(3);
    expect(calls.comesBack(callOf(task, 'read'))).toBeUndefined();
  });

  it('is forgotten with its task', () => {
    const calls = new CallsUnderWay();
    const task = taskOf();
    calls.add(task, undefined, [() => ({ result: 3 })]);
    calls.forget(task);
    expect(calls.comesBack(callOf(task, 'read'))).toBeUndefined();
  });

  it('one fault sees the memory as the one before leaves it', () => {
    const calls = new CallsUnderWay();
    const task = taskOf();
    const call = { ...callOf(task, 'read'), read: () => Uint8Array.of(0) };
    let seen: number | undefined;
    calls.add(task, undefined, [
      () => ({ writes: [write(16, 7)] }),
      (returned) => {
        seen = returned.read(16, 1)?.[0];
        return undefined;
      },
    ]);
    calls.comesBack(call);
    expect(seen).toBe(7);
  });
});
