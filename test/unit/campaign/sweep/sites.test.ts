import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownFrame, sitesOf } from '../../../../src/campaign/sweep/sites.ts';
import { anyRun, frame, run } from '../../../support/recorded-runs.ts';

const main = [frame('x'), frame('m')];
const other = [frame('x'), frame('m', 2)];

describe('sites', () => {
  it('are one a program, call and stack, in the order of their first calls', () => {
    const sites = sitesOf(
      run(
        [main, other],
        [{ syscall: 'openat' }, { syscall: 'read', stack: 1 }, { syscall: 'read' }, { syscall: 'read', stack: 1 }],
      ),
    );
    expect(sites.map(({ site, calls }) => [site.syscall, calls.map(({ ordinal }) => ordinal)])).toEqual([
      ['openat', [1]],
      ['read', [1, 3]],
      ['read', [2]],
    ]);
  });

  it('have an id that does not depend on the other calls, the task, or where code without a file lies', () => {
    const [alone] = sitesOf(run([main], [{ syscall: 'read' }]));
    const among = sitesOf(run([other, main], [{ syscall: 'read' }, { syscall: 'read', stack: 1, task: '0.1' }]));
    expect(among[1]!.site.id).toBe(alone!.site.id);
    const generated = (address: number) => [{ ...frame('f', 1, '[anon]'), address }, frame('m')];
    const id = (address: number) => sitesOf(run([generated(address)], [{}]))[0]!.site.id;
    expect(id(0x7f001000)).toBe(id(0x7f002000));
  });

  it('do not depend on how tasks take turns', () => {
    const tasks = ['0', '0.2', '0.10', '0.2.1'].map(
      (task) => run([main, other], [{ task }, { task, stack: 1 }, { task }]).calls,
    );
    const inTurns = [0, 1, 2].flatMap((index) => [3, 2, 1, 0].map((task) => tasks[task]![index]!));
    const order = (calls: typeof inTurns) => sitesOf({ ...run([main, other], []), calls });
    expect(order(inTurns)).toEqual(order(tasks.flat()));
    expect(order(inTurns)[0]!.calls.map(({ task }) => task)).toEqual([
      '0',
      '0',
      '0.2',
      '0.2',
      '0.2.1',
      '0.2.1',
      '0.10',
      '0.10',
    ]);
  });

  it('know the error handler that they are of', () => {
    expect(sitesOf(run([main], [{}]), 'case')[0]!.site.handlerOf).toBe('case');
    expect(sitesOf(run([main], [{}]))[0]!.site.handlerOf).toBeUndefined();
  });

  it('part the calls of a run: each is at one site', () => {
    fc.assert(
      fc.property(anyRun, (recorded) => {
        const sites = sitesOf(recorded);
        expect(new Set(sites.map(({ site }) => site.id)).size).toBe(sites.length);
        expect(new Set(sites.flatMap(({ calls }) => calls))).toEqual(new Set(recorded.calls));
      }),
    );
  });
});

describe('the function that a site is called by', () => {
  const libc = '/lib/x86_64-linux-gnu/libc.so.6';

  it.each([
    [[frame('write', 1, libc), frame('fflush', 1, libc), frame('save'), frame('main')], 'save'],
    [[frame('write', 1, '/usr/lib/libssl.so.3'), frame('main')], 'write'],
    [[frame('read', 1, '/lib64/ld-linux-x86-64.so.2')], 'read'],
    [[frame('clock_gettime', 1, '[vdso]'), frame('time', 1, libc), frame('main')], 'main'],
  ])('is the first that is not the C library (%#)', (stack, symbol) => {
    expect(ownFrame(stack)?.symbol).toBe(symbol);
  });

  it('is unknown where there is no stack', () => {
    expect(ownFrame([])).toBeUndefined();
  });
});
