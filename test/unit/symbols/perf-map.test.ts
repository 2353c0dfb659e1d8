import { expect, it } from 'vitest';
import { PerfMap } from '../../../src/symbols/perf-map.ts';

it('names what the map says, and the later where code was replaced', () => {
  const map = new PerfMap();
  expect(map.at(0x1000)).toBeUndefined();
  map.add('1000 20 JS:~first /app.js:1:1\n2000 10 py::main:/app.py\nnonsense\n');
  expect(map.at(0x1010)).toEqual({ name: 'JS:~first /app.js:1:1', offset: 16 });
  expect(map.at(0x1020)).toBeUndefined();
  expect(map.at(0x200f)).toEqual({ name: 'py::main:/app.py', offset: 15 });
  map.add('1000 8 JS:*second /app.js:2:1\n');
  expect(map.at(0x1004)).toEqual({ name: 'JS:*second /app.js:2:1', offset: 4 });
  expect(map.at(0x1010)).toBeUndefined();
});

it('finds a function around others that lie in it', () => {
  const map = new PerfMap();
  map.add('1000 100 outer\n1010 8 inner\n');
  expect(map.at(0x1012)?.name).toBe('inner');
  expect(map.at(0x1020)).toEqual({ name: 'outer', offset: 0x20 });
});
