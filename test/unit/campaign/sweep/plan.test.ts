import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planSweep } from '../../../../src/campaign/sweep/plan.ts';
import type { PlanOptions } from '../../../../src/campaign/sweep/plan-options.ts';
import type { SweepCase } from '../../../../src/model/sweep.ts';
import { FAULT_FAMILIES } from '../../../../src/model/sweep-request.ts';
import { anyRun, call, frame, run } from '../../../support/recorded-runs.ts';

const plain: PlanOptions = {
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
  [frame('x'), frame('m', 2)],
  [frame('y'), frame('save'), frame('m')],
];

const text = (cases: readonly SweepCase[]): string[] =>
  cases.map(({ faults: [fault] }) => `${fault!.way} ${fault!.syscall}#${fault!.ordinal} ${fault!.fault}`);

const anyOptions: fc.Arbitrary<PlanOptions> = fc.record({
  faults: fc.subarray([...FAULT_FAMILIES]),
  every: fc.boolean(),
  only: fc.constantFrom(undefined, ['read'], ['write', 'openat']),
  paths: fc.constantFrom<string[]>([], ['/work/**']),
  errors: fc.constantFrom(undefined, ['EIO'], ['EDQUOT', 'ENFILE']),
  sites: fc.constantFrom<string[]>([], ['w']),
  quick: fc.boolean(),
  input: fc.constant('/work'),
});

describe('the plan of a sweep', () => {
  it('tries the first error of each site, then the next, then short transfers, then what lasts', () => {
    const { cases } = planSweep(
      run(stacks, [
        { errors: ['EDQUOT', 'EIO', 'ENOSPC'], syscall: 'write' },
        { stack: 1, errors: ['EIO'] },
      ]),
      plain,
    );
    expect(text(cases)).toEqual([
      'once write#1 error=ENOSPC',
      'once read#1 error=EIO',
      'once write#1 error=EIO',
      'once write#1 error=EDQUOT',
      'short write#1 short=1',
      'short read#1 short=1',
      'persistent write#1 error=ENOSPC',
      'persistent read#1 error=EIO',
      'persistent write#1 error=EIO',
    ]);
  });

  it('begins with the sites on files of the work directory', () => {
    const { cases } = planSweep(run(stacks, [{ paths: ['/etc/a'] }, { stack: 1, paths: ['/work/a'] }]), plain);
    expect(text(cases).slice(0, 2)).toEqual(['once read#2 error=EIO', 'once read#1 error=EIO']);
  });

  it('takes the first, the middle and the last call of a site, of those that succeed and those that fail; or each', () => {
    const loop = run(
      stacks,
      Array.from({ length: 20 }, (_, index) => ({ result: index < 10 ? 5 : -2, mayBeShort: false })),
    );
    const faults = ['errors'] as const;
    const ordinals = (options: Partial<PlanOptions>) =>
      planSweep(loop, { ...plain, faults, ...options }).cases.map(({ faults: [fault] }) => fault!.ordinal);
    expect(ordinals({})).toEqual([1, 6, 10, 11, 16, 20]);
    expect(ordinals({ every: true })).toHaveLength(20);
    expect(planSweep(loop, plain).notTried).toContainEqual(
      expect.objectContaining({ what: 'calls at sites that are called more often', count: 14 }),
    );
  });

  it('leaves out the loader, and says so', () => {
    const recorded = run(stacks, [{ isLoaders: true }, { stack: 1 }]);
    const left = planSweep(recorded, { ...plain, faults: ['errors'] });
    expect(text(left.cases)).toEqual(['once read#2 error=EIO']);
    expect(left.notTried).toContainEqual(expect.objectContaining({ what: 'sites of the dynamic loader', count: 1 }));
  });

  it('says how many sites the options leave out, and how many cases of the others', () => {
    const recorded = run(stacks, [{}, { stack: 1, syscall: 'write' }, { stack: 2 }]);
    const without = (options: Partial<PlanOptions>) =>
      planSweep(recorded, { ...plain, ...options }).notTried.map(({ what, count }) => `${what}: ${count}`);
    expect(without({})).toEqual([]);
    expect(without({ only: ['write'] })).toEqual(['sites that the options leave out: 2']);
    expect(without({ errors: ['ENOSPC'], faults: ['errors'] })).toEqual(['sites that the options leave out: 3']);
    expect(without({ quick: true })).toEqual([
      `further cases of these sites: ${planSweep(recorded, plain).cases.length - 3}`,
    ]);
  });

  it('does not tell a program that a file is gone which is there, unless that is asked for', () => {
    const recorded = run(stacks, [{ errors: ['EIO', 'ENOENT'] }, { stack: 1, errors: ['EIO', 'ENOENT'], result: -5 }]);
    const faults = ['errors'] as const;
    expect(text(planSweep(recorded, { ...plain, faults }).cases)).toEqual([
      'once read#1 error=EIO',
      'once read#2 error=ENOENT',
    ]);
    expect(planSweep(recorded, { ...plain, faults, errors: ['ENOENT'] }).cases).toHaveLength(2);
  });

  it('leaves what loads libraries to the loader, but for files that it opens, and futexes to the C library', () => {
    const loading = [frame('read'), frame('dl_open_worker', 1, '/lib/libc.so.6'), frame('m')];
    const recorded = run(
      [...stacks, loading],
      [{ stack: 3 }, { stack: 3, syscall: 'openat' }, { syscall: 'futex' }, { stack: 1, syscall: 'read' }],
    );
    const plan = planSweep(recorded, { ...plain, faults: ['errors'] });
    expect(text(plan.cases)).toEqual(['once openat#1 error=EIO', 'once read#2 error=EIO']);
    expect(plan.notTried.map(({ count }) => count)).toEqual([1, 1]);
    expect(planSweep(recorded, { ...plain, faults: ['errors'], only: ['futex'] }).cases).toHaveLength(1);
  });

  it('does not use up the memory of programs that the command starts, but of its own in each of its processes', () => {
    const programs = ['/bin/prog', '/bin/sh'];
    const calls = [
      { syscall: 'brk', errors: ['ENOMEM'], mayBeShort: false },
      { syscall: 'mmap', errors: ['ENOMEM'], mayBeShort: false, stack: 1, task: '0.1' },
      { syscall: 'brk', errors: ['ENOMEM'], mayBeShort: false, program: 1, task: '0.1' },
      { syscall: 'openat', errors: ['EMFILE', 'ENOMEM'], mayBeShort: false, program: 1, task: '0.1' },
    ];
    const recorded = { ...run(stacks, calls), programs };
    const plan = planSweep(recorded, { ...plain, faults: ['persistent'] });
    expect(text(plan.cases)).toEqual([
      'persistent brk#1 error=ENOMEM',
      'persistent mmap#1 error=ENOMEM',
      'persistent openat#1 error=EMFILE',
    ]);
    expect(plan.notTried).toEqual([
      expect.objectContaining({ what: 'memory that is used up for good, in programs that it starts', count: 2 }),
    ]);
    const asked = planSweep(recorded, { ...plain, faults: ['persistent'], errors: ['ENOMEM'] });
    expect(text(asked.cases)).toHaveLength(4);
  });

  it('kills only before calls that change something', () => {
    const recorded = run(stacks, [
      { syscall: 'read' },
      { syscall: 'write', stack: 1 },
      { syscall: 'openat', stack: 2, situation: { ...call().situation, creates: true } },
    ]);
    const { cases } = planSweep(recorded, { ...plain, faults: ['kill'] });
    expect(text(cases)).toEqual(['kill write#1 kill=before', 'kill openat#1 kill=before']);
  });

  it('makes nothing short that moves a byte at most', () => {
    const { cases } = planSweep(run(stacks, [{ result: 1 }, { stack: 1, result: 0 }]), { ...plain, faults: ['short'] });
    expect(cases).toEqual([]);
  });

  it('takes a function or a line for the sites that it is about', () => {
    const lined = [...stacks, [{ ...frame('z'), source: '/src/prog/save.c:12' }]];
    const recorded = run(lined, [{}, { stack: 2 }, { stack: 3 }]);
    const at = (...sites: string[]) => text(planSweep(recorded, { ...plain, faults: ['errors'], sites }).cases);
    expect(at('save')).toEqual(['once read#2 error=EIO']);
    expect(at('save.c:12')).toEqual(['once read#3 error=EIO']);
    expect(at('ave.c:12')).toEqual([]);
    expect(at('save', 'save.c:12')).toHaveLength(2);
  });

  it('makes of a quick sweep one fault a site, at most 200, evenly spread', () => {
    const many = Array.from({ length: 500 }, (_, index) => [frame('x', index + 1), frame('m')]);
    const recorded = run(
      many,
      many.map((_, stack) => ({ stack, errors: ['EIO', 'ENOENT'] })),
    );
    const { cases } = planSweep(recorded, { ...plain, quick: true });
    expect(cases).toHaveLength(200);
    const ordinals = cases.map(({ faults: [fault] }) => fault!.ordinal);
    expect(ordinals[0]).toBe(1);
    expect(ordinals.at(-1)).toBeGreaterThan(495);
    expect(planSweep(run(stacks, [{ errors: ['EIO', 'ENOENT'] }]), { ...plain, quick: true }).cases).toHaveLength(1);
  });

  it('is the same again, and each case has an id of its own and a fault that its call could meet', () => {
    fc.assert(
      fc.property(anyRun, anyOptions, (recorded, options) => {
        const plan = planSweep(recorded, options);
        expect(planSweep(structuredClone(recorded), options)).toEqual(plan);
        expect(new Set(plan.cases.map(({ id }) => id)).size).toBe(plan.cases.length);
        for (const { faults } of plan.cases) {
          const [{ task, syscall, ordinal, way, fault }] = faults as [SweepCase['faults'][number]];
          const made = recorded.calls.find((c) => c.task === task && c.syscall === syscall && c.ordinal === ordinal)!;
          if (fault.startsWith('error=')) expect(made.errors).toContain(fault.slice('error='.length));
          if (way === 'short') expect(made.mayBeShort).toBe(true);
          if (options.only) expect(options.only).toContain(syscall);
        }
      }),
    );
  });

  it('keeps the ids of its cases when the options ask for less or more', () => {
    const idsIn = (cases: readonly SweepCase[]) =>
      new Map(cases.map(({ id, faults: [fault] }) => [`${fault!.task} ${text([{ id, faults: [fault!] }])}`, id]));
    fc.assert(
      fc.property(anyRun, anyOptions, anyOptions, (recorded, some, others) => {
        const [a, b] = [some, others].map((options) => idsIn(planSweep(recorded, options).cases));
        for (const [what, id] of a!) expect(b!.get(what) ?? id).toBe(id);
      }),
    );
  });
});
