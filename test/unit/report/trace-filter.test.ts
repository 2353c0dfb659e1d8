import { expect, it } from 'vitest';
import { TraceFilter, type TraceFilterOptions } from '../../../src/report/trace-filter.ts';
import { entryOf, exitOf, type MadeCall, struct } from '../../support/made-calls.ts';

const OPEN: MadeCall = { name: 'openat', args: [-100, 0x1000, 0], entry: { 1: '/etc/passwd' }, result: 3 };
const READ: MadeCall = {
  name: 'read',
  args: [3, 0x2000, 10],
  entry: { 'fd 3': '/etc/passwd\0details' },
  exit: { 1: 'root' },
  result: 4,
};
const OTHER: MadeCall = { name: 'close', args: [4], entry: { 'fd 4': '/etc/group' }, errno: 9 };
const EXIT: MadeCall = { name: 'exit_group', args: [0], returned: false };
const CALLS = [OPEN, READ, OTHER, EXIT];

/** The names of those calls whose entries, and of those whose exits pass. */
function passing(options: TraceFilterOptions): [entries: unknown[], exits: unknown[]] {
  const filter = new TraceFilter(options);
  const entries: unknown[] = [];
  const exits: unknown[] = [];
  for (const call of CALLS) {
    if (filter.passes(entryOf(call))) entries.push(call.name);
    if (filter.passes(exitOf(call))) exits.push(call.name);
  }
  return [entries, exits];
}

it('lets everything through if nothing is asked for', () => {
  expect(passing({})).toEqual([CALLS.map(({ name }) => name), CALLS.map(({ name }) => name)]);
});

it('by status: finished calls alone', () => {
  expect(passing({ statuses: new Set(['successful']) })).toEqual([[], ['openat', 'read']]);
  expect(passing({ statuses: new Set(['failed']) })).toEqual([[], ['close']]);
  expect(passing({ statuses: new Set(['unfinished']) })).toEqual([[], ['exit_group']]);
});

it('by path: calls that name it, or a descriptor of it', () => {
  expect(passing({ paths: ['/etc/passwd'] })).toEqual([
    ['openat', 'read'],
    ['openat', 'read'],
  ]);
});

it('by descriptor: with paths, either is enough', () => {
  const descriptors = { members: [4], inverted: false };
  expect(passing({ descriptors })).toEqual([['close'], ['close']]);
  expect(passing({ descriptors, paths: ['/etc/passwd'] })[1]).toEqual(['openat', 'read', 'close']);
});

it('by descriptor: also in what poll and select read', () => {
  const poll: MadeCall = { name: 'poll', args: [0x1000, 2, 0], entry: { 0: struct(['u64', 3], ['u64', 7]) } };
  const select: MadeCall = { name: 'select', args: [8, 0x1000, 0, 0, 0], entry: { 1: new Uint8Array([0x88]) } };
  const passes = (fd: number): boolean[] =>
    [poll, select].map((call) =>
      new TraceFilter({ descriptors: { members: [fd], inverted: false } }).passes(exitOf(call)),
    );
  expect([passes(3), passes(7), passes(5)]).toEqual([
    [true, true],
    [true, true],
    [false, false],
  ]);
});

it('by signal', () => {
  const filter = new TraceFilter({ signals: (signal) => signal === 15 });
  const event = {
    kind: 'signal',
    tid: 1,
    lineage: '0',
    time: 0,
    siginfo: new Uint8Array(128),
    injected: false,
  } as const;
  expect([15, 17].map((signal) => filter.passes({ ...event, signal }))).toEqual([true, false]);
});
