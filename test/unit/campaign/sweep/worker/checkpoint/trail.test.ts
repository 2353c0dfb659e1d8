import { describe, expect, it } from 'vitest';
import { isSameResult } from '../../../../../../src/campaign/sweep/worker/checkpoint/results.ts';
import { isSameWay, joined, type Trails } from '../../../../../../src/campaign/sweep/worker/checkpoint/trail.ts';
import { changed, exited, observed, output } from '../../verdict/observations.ts';

const trails = (tasks: Record<string, readonly (readonly [nr: number, result?: string])[]>): Trails =>
  new Map(Object.entries(tasks).map(([task, steps]) => [task, steps.map(([nr, result]) => ({ nr, result }))]));

const WHOLE = trails({ '0': [[59, '0'], [12, '4096'], [0, '5'], [231]], '0.1': [[39, '3']] });

describe('the way of a run', () => {
  it('is that of the process at the checkpoint, and then that of its copy', () => {
    const before = trails({
      '0': [
        [59, '0'],
        [12, '4096'],
      ],
    });
    const after = trails({ '0': [[0, '5'], [231]], '0.1': [[39, '3']] });
    expect(joined(before, after)).toEqual(WHOLE);
    expect(isSameWay(WHOLE, WHOLE, joined(before, after))).toBe(true);
  });

  it.each<[string, Trails]>([
    ['another call', trails({ '0': [[59, '0'], [12, '4096'], [17, '5'], [231]], '0.1': [[39, '3']] })],
    ['another result', trails({ '0': [[59, '0'], [12, '4096'], [0, '4'], [231]], '0.1': [[39, '3']] })],
    ['a call more', trails({ '0': [[59, '0'], [12, '4096'], [0, '5'], [0, '0'], [231]], '0.1': [[39, '3']] })],
    ['another child', trails({ '0': [[59, '0'], [12, '4096'], [0, '5'], [231]], '0.2': [[39, '3']] })],
    ['a child less', trails({ '0': [[59, '0'], [12, '4096'], [0, '5'], [231]] })],
  ])('is another with %s', (_, other) => {
    expect(isSameWay(WHOLE, WHOLE, other)).toBe(false);
    expect(isSameWay(WHOLE, other, WHOLE)).toBe(_ === 'another result');
  });

  it('may have results that differ among whole runs, too', () => {
    const other = trails({ '0': [[59, '0'], [12, '4096'], [0, '9'], [231]], '0.1': [[39, '3']] });
    const third = trails({ '0': [[59, '0'], [12, '4096'], [0, '7'], [231]], '0.1': [[39, '3']] });
    expect(isSameWay(WHOLE, other, third)).toBe(true);
    expect(isSameWay(WHOLE, WHOLE, third)).toBe(false);
  });
});

describe('the results of a run', () => {
  const one = observed({ end: exited(0), stdout: output('same'), changes: [changed('a', 'x', 'y')] });

  it('are the same but for times', () => {
    const [change] = one.changes;
    const later = { ...one, durationMs: 99, changes: [{ ...change!, after: { ...change!.after!, mtimeMs: 5 } }] };
    expect(isSameResult(one, one, later)).toBe(true);
  });

  it('differ by status, output, and files', () => {
    for (const other of [
      { ...one, end: exited(1) },
      { ...one, stdout: output('other') },
      { ...one, changes: [changed('a', 'x', 'z')] },
      { ...one, changes: [] },
      { ...one, changes: [...one.changes, changed('b', 'x', 'y')] },
    ]) {
      expect(isSameResult(one, one, other)).toBe(false);
      // Whole runs differ in that themselves.
      expect(isSameResult(one, other, other)).toBe(true);
    }
  });
});
