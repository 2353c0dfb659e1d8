import { describe, expect, it } from 'vitest';
import { handlerKey, handlerSites, recordedCases } from '../../../../src/campaign/sweep/handlers.ts';
import { planSweep } from '../../../../src/campaign/sweep/plan.ts';
import type { PlanOptions } from '../../../../src/campaign/sweep/plan-options.ts';
import { sitesOf } from '../../../../src/campaign/sweep/sites.ts';
import { frame, run } from '../../../support/recorded-runs.ts';

const options: PlanOptions = {
  faults: ['errors', 'short', 'persistent'],
  every: false,
  only: undefined,
  paths: [],
  errors: undefined,
  sites: [],
  quick: false,
  input: '/work',
};

const stacks = [
  [frame('x'), frame('m')],
  [frame('e'), frame('m')],
  [frame('u'), frame('e'), frame('m')],
];
const clean = run(stacks, [{ errors: ['EIO', 'EACCES', 'ENOSPC'] }, { errors: ['EIO'] }]);
const known = new Set(sitesOf(clean).map(({ site }) => site.id));

describe('runs that are recorded for what handlers do', () => {
  it('are the first of each site for each kind of answer, with one fault', () => {
    const { cases } = planSweep(clean, options);
    const recorded = recordedCases(cases);
    const faults = cases.filter(({ id }) => recorded.has(id)).map(({ faults: [fault] }) => fault!.fault);
    expect(faults).toEqual(['error=EIO', 'error=EACCES']);
  });
});

describe('the sites of a handler', () => {
  const [first] = planSweep(clean, options).cases;
  const after = run(stacks, [
    {},
    {},
    { stack: 1, syscall: 'write', errors: ['ENOSPC', 'EIO'] },
    { stack: 1, syscall: 'write' },
    { stack: 2, syscall: 'openat', isLoaders: true },
  ]);

  it('are those that no good run has, without the loader', () => {
    const { sites } = handlerSites(first!, after, known, options);
    expect(sites.map(({ syscall, handlerOf }) => [syscall, handlerOf])).toEqual([['write', first!.id]]);
  });

  it('get a second fault each: the errors of their first call', () => {
    const { cases } = handlerSites(first!, after, known, options);
    expect(
      cases.map(({ faults }) => faults.map(({ syscall, ordinal, fault }) => `${syscall}#${ordinal} ${fault}`)),
    ).toEqual([
      ['read#1 error=EIO', 'write#1 error=ENOSPC'],
      ['read#1 error=EIO', 'write#1 error=EIO'],
    ]);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(2);
    expect(handlerSites(first!, after, known, { ...options, errors: ['EIO'] }).cases).toHaveLength(1);
  });

  it('are the same thing to try however they are reached', () => {
    const [again] = handlerSites(planSweep(clean, options).cases[1]!, after, known, options).cases;
    const [once] = handlerSites(first!, after, known, options).cases;
    expect(again!.id).not.toBe(once!.id);
    expect(handlerKey(again!)).toBe(handlerKey(once!));
    expect(handlerKey(first!)).toBeUndefined();
  });
});
