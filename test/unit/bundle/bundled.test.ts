import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundles, compile, keepMissing, load } from '../../../src/bundle/bundled.ts';
import { codeFile, keepCode, nodeTag } from '../../../src/bundle/kept-code.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'renacer-bundled-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(name: string, code: string): string {
  const file = path.join(directory, name);
  writeFileSync(file, `(function (exports, require, module, __filename, __dirname) {${code}\n})`);
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
  keepCode(file, compile(file).script.createCachedData(), 0);
  expect(compile(file)).toMatchObject({ script: { cachedDataRejected: false }, runsLeft: 0 });

  write('kept.cjs', 'exports.value = 1 + 1 + 1;');
  expect(load(file)).toEqual({ value: 3 });
  expect(bundles.get(file)).toMatchObject({ script: { cachedDataRejected: true } });
});

test('code that was not built is kept by the first runs, beside the bundle', () => {
  const file = write('first.cjs', 'exports.value = 1;');
  expect(compile(file).runsLeft).toBe(4);
  load(file);
  keepMissing();
  expect(compile(file)).toMatchObject({ script: { cachedDataRejected: false }, runsLeft: 3 });
  expect(readdirSync(directory).filter((name) => name.startsWith('first.cjs.'))).toEqual([
    path.basename(codeFile(file)),
  ]);
});

test('the name of kept code has all that it depends on', () => {
  expect(nodeTag()).toMatch(/^v\d+\.\d+\.\d+-\d[\w.-]+-(x64|arm64)-(gnu|musl|static)(-\d+)?$/);
  expect(codeFile('/somewhere/main.cjs')).toBe(`/somewhere/main.cjs.${nodeTag()}.code`);
});

describe('where the bundle is not ours to write beside', () => {
  const cache = process.env.XDG_CACHE_HOME;
  beforeEach(() => {
    process.env.XDG_CACHE_HOME = path.join(directory, 'cache');
  });
  afterEach(() => {
    if (cache === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = cache;
  });

  function keptInCache(name: string): { readonly file: string; readonly kept: string } {
    const file = write(name, 'exports.value = 1;');
    // A directory that stands where the file should be keeps root from writing it, too.
    mkdirSync(codeFile(file));
    keepCode(file, compile(file).script.createCachedData(), 0);
    const [kept = ''] = readdirSync(path.join(directory, 'cache/renacer'));
    return { file, kept: path.join(directory, 'cache/renacer', kept) };
  }

  test("it is kept in the user's cache", () => {
    const { file, kept } = keptInCache('cached.cjs');
    expect(statSync(kept).mode & 0o777).toBe(0o644);
    expect(compile(file)).toMatchObject({ script: { cachedDataRejected: false }, runsLeft: 0 });
  });

  test('and not taken from there if others could have written it', () => {
    const { file, kept } = keptInCache('foreign.cjs');
    chmodSync(kept, 0o666);
    expect(compile(file).runsLeft).toBe(4);
  });

  test('nor for a bundle that was changed since', () => {
    const { file } = keptInCache('changed.cjs');
    utimesSync(file, 1, 1);
    expect(compile(file).runsLeft).toBe(4);
  });
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
  expect(stack).toContain(`${file}:1:91`);
});
