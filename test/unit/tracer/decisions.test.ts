import { describe, expect, it } from 'vitest';
import { mergeEntries, mergeExits, preventsCall } from '../../../src/tracer/decisions.ts';

const write = (address: number) => ({ address, bytes: Uint8Array.of(1) });

describe('two decisions on one call', () => {
  it('are the one that there is, if there is but one', () => {
    const one = { result: -5 };
    expect(mergeEntries(one, undefined)).toBe(one);
    expect(mergeEntries(undefined, one)).toBe(one);
    expect(mergeExits(undefined, undefined)).toBeUndefined();
  });

  it('hold the task for both delays, one after the other', () => {
    expect(mergeEntries({ delayMs: 20 }, { delayMs: 30 })).toEqual({ delayMs: 50 });
    expect(mergeExits({ delayMs: 20 }, { delayMs: 30 })).toEqual({ delayMs: 50 });
    expect(mergeExits({ delayMs: 20 }, { result: 0 })).toEqual({ delayMs: 20, result: 0 });
    expect(mergeExits({}, {})).toEqual({});
  });

  it('send the signals and write the bytes of both, in their order', () => {
    const merged = mergeEntries({ signals: [2], writes: [write(8)] }, { signals: [15, 2], writes: [write(16)] });
    expect(merged).toEqual({ signals: [2, 15, 2], writes: [write(8), write(16)] });
  });

  it('of results, calls and undoings take the first', () => {
    expect(mergeEntries({ result: 1 }, { result: 2, syscall: 39 })).toEqual({ result: 1, syscall: 39 });
    const undo = [{ syscall: 3, args: [7] }];
    expect(mergeExits({ undo }, { undo: [{ syscall: 4, args: [] }], result: 9 })).toEqual({ undo, result: 9 });
  });

  it('change the arguments of both; the first has the last word on one that both change', () => {
    const merged = mergeEntries({ args: [{ index: 2, value: 1 }] }, { args: [{ index: 2, value: 9 }] });
    expect(merged?.args?.at(-1)).toEqual({ index: 2, value: 1 });
    expect(merged?.args).toHaveLength(2);
  });

  it.each(['kill', 'injected', 'poked'] as const)('%s if either does', (part) => {
    expect(mergeEntries({ [part]: false }, { [part]: true })).toEqual({ [part]: true });
    expect(mergeExits({ [part]: true }, { [part]: false })).toEqual({ [part]: true });
  });

  it('ask at the exit if either wants to be asked', () => {
    expect(mergeEntries({ atExit: false }, { atExit: true })).toEqual({ atExit: true });
  });
});

it('a call is not made if its result is set, if another takes its place, or if its process is killed', () => {
  expect(preventsCall({ result: 0 })).toBe(true);
  expect(preventsCall({ syscall: 39 })).toBe(true);
  expect(preventsCall({ kill: true })).toBe(true);
  expect(preventsCall({ signals: [9], delayMs: 5, atExit: true })).toBe(false);
});
