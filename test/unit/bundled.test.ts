import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundles, codeFile, compile, load } from '../../src/bundled.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'renacer-bundled-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(name: string, code: string): string {
  const file = path.join(directory, name);
  writeFileSync(file, code);
  return file;
}

test('a bundle is run once, sees its own place, and has others and the modules of Node.js', () => {
  write('other.cjs', 'exports.times = (globalThis.timesLoaded = (globalThis.timesLoaded ?? 0) + 1);');
  const file = write(
    'one.cjs',
    `exports.other = require('./other.cjs'); exports.base = require('node:path').basename(__filename); exports.at = __dirname;`,
  );
  expect(load(file)).toEqual({ other: { times: 1 }, base: 'one.cjs', at: directory });
  expect(load(file)).toBe(load(file));
  expect(load(path.join(directory, 'other.cjs'))).toEqual({ times: 1 });
});

test('kept code is taken, that of another source is not', () => {
  const file = write('kept.cjs', 'exports.value = 1;');
  writeFileSync(codeFile(file), compile(file).createCachedData());
  expect(compile(file).cachedDataRejected).toBe(false);

  write('kept.cjs', 'exports.value = 1 + 1 + 1;');
  expect(load(file)).toEqual({ value: 3 });
  expect(bundles.get(file)?.script.cachedDataRejected).toBe(true);
});

test('an error names the place in the bundle', () => {
  const file = write('broken.cjs', 'exports.fail = () => { throw new Error("here"); };');
  const { fail } = load(file) as { fail(): never };
  const stack = (() => {
    try {
      return fail();
    } catch (error) {
      return (error as Error).stack;
    }
  })();
  expect(stack).toContain(`${file}:1:30`);
});
