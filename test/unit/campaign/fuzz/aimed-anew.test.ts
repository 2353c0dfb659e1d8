import { expect, it } from 'vitest';
import { aimedAnew } from '../../../../src/campaign/fuzz/aimed-anew.ts';
import type { CaseFault, Coordinate, Site } from '../../../../src/model/sweep.ts';

const LIMITS = [{ of: 'files', most: 8 }] as const;

function fault(syscall: string, ordinal: number): CaseFault {
  return { task: '0', syscall, ordinal, way: 'once', fault: 'error=EIO', site: '', occurrence: 1 };
}

function site(id: string): Site {
  return { id, program: '/bin/prog', syscall: id, stack: [], handlerOf: undefined };
}

/** Which calls a good run makes there, by their numbers. */
function callsOf(calls: Readonly<Record<string, readonly number[]>>): (at: Site) => readonly Coordinate[] {
  return ({ id }) => (calls[id] ?? []).map((ordinal) => ({ task: '0', syscall: id, ordinal }));
}

function numbersOf(faults: readonly CaseFault[]): string {
  return faults.map(({ syscall, ordinal }) => `${syscall} ${ordinal}`).join(', ');
}

it('each fault is tried alone where a good run makes its call, the last one first', () => {
  const pair = { faults: [fault('stat', 2), fault('read', 9)], limits: LIMITS, switches: [] };
  const less = aimedAnew(pair, [site('stat'), site('read')], callsOf({ stat: [1], read: [6, 7] }));
  expect(less.map(({ faults }) => numbersOf(faults))).toEqual(['read 7', 'read 6', 'stat 1']);
  expect(less.map(({ limits }) => limits)).toEqual([LIMITS, LIMITS, LIMITS]);
});

it('of a site that is called often some calls are tried, of one that only a handler has none', () => {
  const pair = { faults: [fault('stat', 2), fault('read', 9)], limits: [], switches: [] };
  const numbers = Array.from({ length: 100 }, (_, index) => index + 1);
  const less = aimedAnew(pair, [site('handler'), site('read')], callsOf({ read: numbers }));
  expect(less.map(({ faults }) => numbersOf(faults))).toEqual(['read 76', 'read 51', 'read 26', 'read 1']);
});

it('of three and more one is left out, and the others are aimed anew', () => {
  const three = { faults: [fault('stat', 2), fault('read', 9), fault('close', 4)], limits: [], switches: [] };
  const sites = [site('stat'), site('read'), site('handler')];
  const less = aimedAnew(three, sites, callsOf({ stat: [1], read: [6] }));
  expect(less.map(({ faults }) => numbersOf(faults))).toEqual([
    'read 6',
    'stat 1',
    'read 6, close 4',
    'stat 1, close 4',
    'stat 1, read 6',
  ]);
});
