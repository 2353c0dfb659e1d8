import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Draws, ENDING_SIGNALS, HARMLESS_SIGNALS } from '../../../../src/campaign/fuzz/draw.ts';
import { planSweep } from '../../../../src/campaign/sweep/plan.ts';
import { ADVERSITY_KINDS, type AdversityKind } from '../../../../src/model/fuzz.ts';
import type { Recorded } from '../../../../src/model/sweep.ts';
import { FAULT_FAMILIES } from '../../../../src/model/sweep-request.ts';
import { anyRun, call, frame } from '../../../support/recorded-runs.ts';

const OPTIONS = { input: '/work', only: undefined, paths: [], errors: undefined } as const;
const WHERE = { ...OPTIONS, faults: FAULT_FAMILIES, every: false, sites: [], quick: false } as const;

function drawsOf(clean: Recorded, kinds: readonly AdversityKind[] = ADVERSITY_KINDS): Draws {
  return new Draws(planSweep(clean, WHERE), clean, { ...OPTIONS, kinds });
}

const anySeed = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const someKinds = fc.subarray([...ADVERSITY_KINDS], { minLength: 1 });

it('the same seed is the same run', () => {
  fc.assert(
    fc.property(anyRun, anySeed, (clean, seed) => {
      expect(drawsOf(clean).of(seed)).toEqual(drawsOf(clean).of(seed));
    }),
  );
});

it('faults are at calls of the good run, one a call, in their order, and of the kinds that were asked for', () => {
  fc.assert(
    fc.property(anyRun, someKinds, anySeed, (clean, kinds, seed) => {
      const draws = drawsOf(clean, kinds);
      if (draws.kinds.length === 0) return;
      const { faults, limits, aftershocks, orderSeed } = draws.of(seed);
      const numbers = faults.map(({ task, syscall, ordinal }) =>
        clean.calls.findIndex((one) => one.task === task && one.syscall === syscall && one.ordinal === ordinal),
      );
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      expect(numbers).not.toContain(-1);
      const kindOf = ({ way, fault }: (typeof faults)[number]): AdversityKind =>
        fault.startsWith('signal=')
          ? 'signals'
          : fault.startsWith('delay_enter=')
            ? 'delays'
            : way === 'once'
              ? 'errors'
              : way;
      for (const fault of faults) expect(kinds).toContain(kindOf(fault));
      if (limits.length > 0) expect(kinds).toContain('limits');
      if (orderSeed !== undefined) expect(kinds).toContain('orders');
      for (const kind of aftershocks?.kinds ?? []) expect(kinds).toContain(kind === 'error' ? 'errors' : 'short');
    }),
  );
});

const CLEAN: Recorded = {
  programs: ['/bin/prog'],
  stacks: ['m', 'w', 'x'].map((name) => [frame(name)]),
  calls: [
    call({ syscall: 'write', stack: 0, ordinal: 1, errors: ['EIO', 'ENOSPC'], paths: ['/work/out'] }),
    call({ syscall: 'fsync', stack: 1, ordinal: 1, errors: ['EIO'], mayBeShort: false }),
    call({ syscall: 'rename', stack: 2, ordinal: 1, errors: ['EIO'], mayBeShort: false, task: '0.1' }),
  ],
};

it('in some hundred seeds each kind comes, alone and with others, and each pair of calls fails together', () => {
  const draws = drawsOf(CLEAN);
  expect(draws.kinds).toEqual(ADVERSITY_KINDS);
  const runs = Array.from({ length: 400 }, (_, seed) => draws.of(seed));
  const together = runs.map(({ faults }) => faults.map(({ syscall }) => syscall).join(' '));
  for (const calls of ['write', 'fsync', 'rename', 'write fsync', 'write rename', 'fsync rename']) {
    expect(together).toContain(calls);
  }
  expect(new Set(runs.flatMap(({ faults }) => faults.map(({ way }) => way)))).toEqual(
    new Set(['once', 'short', 'persistent', 'kill']),
  );
  const signals = runs.flatMap(({ faults }) => faults.flatMap(({ fault }) => /^signal=(.*)/.exec(fault)?.[1] ?? []));
  expect(new Set(signals)).toEqual(new Set([...HARMLESS_SIGNALS, ...ENDING_SIGNALS]));
  expect(new Set(runs.flatMap(({ limits }) => limits.map(({ of }) => of)))).toEqual(new Set(['files', 'memory']));
  expect(new Set(runs.map(({ orderSeed }) => orderSeed !== undefined))).toEqual(new Set([true, false]));
  expect(new Set(runs.map(({ aftershocks }) => aftershocks !== undefined))).toEqual(new Set([true, false]));
});

it('a command of one task has no orders and no delays', () => {
  const one = { ...CLEAN, calls: CLEAN.calls.slice(0, 2) };
  expect(drawsOf(one).kinds).toEqual(ADVERSITY_KINDS.filter((kind) => kind !== 'orders' && kind !== 'delays'));
});
