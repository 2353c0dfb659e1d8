import { describe, expect, it } from 'vitest';
import { chosen, everything } from '../../../src/report/page/filter.ts';
import type { PageRow } from '../../../src/report/page/rows.ts';
import { readTrace, span } from '../../../src/report/page/trace.ts';

const ROWS: PageRow[] = [
  [0, 5, '0', 7, 'execve', '"/bin/sh", ["sh"]', '0', '', 40, 2, 0],
  [3, 50, '0.1', 8, 'born', 'process of 7', '', '', 0, 2, 0],
  [0, 60, '0.1', 8, 'openat', 'AT_FDCWD, "/x"', '-1 ENOENT (No such file or directory)', 'ENOENT', 2, 0, 0],
  [0, 61, '0.1', 8, 'read', '3, "", 10', '0', '', 900, 0, 1],
  [4, 1000, '0.1', 8, 'ended', 'exited with 0', '', '', 0, 2, 0],
  [0, 55, '0', 7, 'wait4', '-1, NULL, 0, NULL', '8', '', 950, 2, 0],
];
const text = [{ command: 'sh', start: 0 }, ...ROWS].map((line) => JSON.stringify(line)).join('\n');
const trace = readTrace(`${text}\n`);
const names = (choice: Partial<ReturnType<typeof everything>>): string[] =>
  chosen(trace, { ...everything(), ...choice }).map(({ name }) => name);

describe('the page', () => {
  it('reads rows: in the order of time, from the first on, by task with its program', () => {
    expect(trace.items.map(({ name, time }) => [name, time])).toEqual([
      ['execve', 0],
      ['born', 45],
      ['wait4', 50],
      ['openat', 55],
      ['read', 56],
      ['ended', 995],
    ]);
    expect(trace.lanes).toMatchObject([
      { task: '0', program: 'sh', start: 0, end: 1000 },
      { task: '0.1', program: 'sh', start: 45, end: 995 },
    ]);
  });

  it('reads a page whose last line was cut short', () => {
    expect(readTrace(text.slice(0, -9)).items).toHaveLength(ROWS.length - 1);
  });

  it('reads stacks, of which each is written once', () => {
    const call = ROWS[2]!;
    const lines = [
      { command: 'sh', start: 0 },
      [...call, 'main\nstart'],
      call,
      [...call, 'other'],
      [...call, 0],
      [...call, 1],
    ];
    const { items } = readTrace(lines.map((line) => JSON.stringify(line)).join('\n'));
    expect(items.map(({ stack }) => stack)).toEqual(['main\nstart', '', 'other', 'main\nstart', 'other']);
  });

  it('finds the call of each fault: of its task and name, nearest in time; faults of packets have a time alone', () => {
    const ending = {
      faults: [
        { text: 'error=EIO', task: '0.1', name: 'read', time: 60 },
        { text: 'error=EIO', task: '0.1', name: 'openat', time: 60 },
        { text: 'loss', time: 500 },
      ],
    };
    const { faults } = readTrace(`${text}\n${JSON.stringify(ending)}`);
    expect(faults.map(({ item, lane, time }) => [item?.name, lane?.task, time])).toEqual([
      ['read', '0.1', 56],
      [undefined, '0.1', 60],
      [undefined, undefined, 500],
    ]);
    expect(readTrace(`${text}\n${JSON.stringify(ending).slice(0, -9)}`).ending).toBeUndefined();
  });

  it('finds words, without those after !, whatever their case', () => {
    expect(names({ text: 'enoent openat' })).toEqual(['openat']);
    expect(names({ text: '0.1 !read !born' })).toEqual(['openat', 'ended']);
  });

  it('finds what failed, was slow, was injected, has a name, or was under way in a span of time', () => {
    expect(names({ errors: true })).toEqual(['openat']);
    expect(names({ slow: true })).toEqual(['wait4']);
    expect(names({ injected: true })).toEqual(['read']);
    expect(names({ name: 'read' })).toEqual(['read']);
    expect(names({ range: [100, 200] })).toEqual(['wait4', 'read']);
  });

  it('tells times in the unit that suits them', () => {
    expect([0.5, 12, 999, 1500, 2.5e6].map(span)).toEqual(['0.50 µs', '12.0 µs', '999 µs', '1.50 ms', '2.50 s']);
  });
});
