import { describe, expect, it } from 'vitest';
import { ArgWords } from '../../../../src/model/arg-words.ts';
import { capturesOf, definedNumbers, dependenceOf, losesArguments } from '../../../../src/syscalls/signatures.ts';
import { syscallNumber } from '../../../../src/syscalls/syscall-table.ts';
import { callPlans, callVariants, capturesOfPlans } from '../../../../src/tracer/ebpf/call-plans.ts';
import {
  CAPTURE,
  CAPTURE_KIND,
  MAX_CAPTURES,
  MAX_STRING,
  NUMBERS,
  PLAN,
  PLAN_FLAG,
  PLANS,
} from '../../../../src/tracer/ebpf/layout.ts';

const number = (name: string): number => syscallNumber(name)!;
const choice = { captures: capturesOf, dependenceOf, losesArguments, stringLimit: 32 };

function planOf(name: string, stringLimit = 32): DataView {
  const nr = number(name);
  const plan = callPlans({ ...choice, stringLimit, selected: new Set([nr]) }).find((one) => one.nr === nr)!;
  return new DataView(plan.bytes.buffer);
}

describe('plans of calls for the kernel', () => {
  it('have room for what any call captures', () => {
    for (const nr of definedNumbers()) {
      for (const value of [0, 1, 2, 1024]) {
        const words = new ArgWords(new Uint32Array(12).fill(value));
        expect(capturesOf(nr, words).length, `number ${nr}`).toBeLessThanOrEqual(MAX_CAPTURES);
      }
    }
    expect(callVariants({ ...choice, selected: 'all' }).length).toBeLessThanOrEqual(PLANS - NUMBERS);
  });

  it('are there for the calls that are asked for, and for those of other ABIs', () => {
    const numbers = callPlans({ ...choice, selected: new Set([3, 59]) }).map(({ nr }) => nr);
    expect(numbers).toEqual([3, 59, NUMBERS - 1]);
    expect(callPlans({ ...choice, selected: 'none' })).toEqual([]);
    expect(callPlans({ ...choice, selected: 'all' })).toHaveLength(NUMBERS);
  });

  it.each(['execve', 'exit_group', 'poll', 'select', 'sendfile', 'writev', 'rt_sigreturn'])(
    'tell the entry of %s',
    (name) => {
      expect(planOf(name).getUint32(PLAN.flags, true) & PLAN_FLAG.tellEntry).not.toBe(0);
    },
  );

  it.each(['read', 'write', 'openat', 'close', 'futex', 'newfstatat'])('leave %s to its return', (name) => {
    expect(planOf(name).getUint32(PLAN.flags, true) & PLAN_FLAG.tellEntry).toBe(0);
  });

  it('cut data at the limit of the trace, and at that of the kernel', () => {
    const limit = (stringLimit: number): number =>
      planOf('write', stringLimit).getUint32(PLAN.captures + CAPTURE.limit, true);
    expect([limit(5), limit(1e6)]).toEqual([5, MAX_STRING]);
  });

  it('say what programs must be prepared for', () => {
    const needs = (...names: string[]) => {
      const selected = new Set(names.map(number));
      return capturesOfPlans([...callPlans({ ...choice, selected }), ...callVariants({ ...choice, selected })]);
    };
    expect(needs('close')).toEqual({ most: 0, vectors: false, buffers: false });
    expect(needs('connect', 'read')).toEqual({ most: 1, vectors: false, buffers: false });
    expect(needs('execve')).toMatchObject({ vectors: true, buffers: false });
    expect(needs('writev')).toEqual({ most: 1, vectors: false, buffers: true });
  });

  it('find what depends on an argument', () => {
    const variants = callVariants({ ...choice, selected: 'all' });
    const kindOf = (name: string, value: number): number | undefined =>
      variants.find((one) => one.nr === number(name) && one.value === value)?.bytes[PLAN.captures + CAPTURE.kind];
    expect(kindOf('ioctl', 0x5401)).toBe(CAPTURE_KIND.bytes);
    expect(kindOf('fcntl', 6)).toBe(CAPTURE_KIND.bytes);
    expect(kindOf('futex', 128)).toBe(CAPTURE_KIND.bytes);
    expect(kindOf('prctl', 15)).toBe(CAPTURE_KIND.string);
    expect(kindOf('bpf', 0)).toBe(CAPTURE_KIND.bytes);
    expect(kindOf('keyctl', 10)).toBe(CAPTURE_KIND.string);
    expect(kindOf('semctl', 2)).toBe(CAPTURE_KIND.bytes);
    expect(kindOf('fcntl', 1)).toBeUndefined();
  });
});
