import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, globOf } from '../../../src/faults/glob.ts';

it('a glob of paths matches those alone, whatever they are called', () => {
  const name = fc.string({ unit: fc.constantFrom(...'ab/*?[]{},\\!-.') }).map((text) => `/${text}`);
  fc.assert(
    fc.property(fc.array(name, { minLength: 1 }), name, (paths, other) => {
      const matches = compileGlob(globOf(paths));
      expect(paths.every((path) => matches(path))).toBe(true);
      expect(matches(other)).toBe(paths.includes(other));
    }),
  );
});

describe('globs', () => {
  it.each([
    ['/etc/*', '/etc/passwd', true],
    ['/etc/*', '/etc/ssl/certs', false],
    ['/etc/*', '/etc/.hidden', true],
    ['/etc/**', '/etc/ssl/certs', true],
    ['/a/**/b', '/a/b', true],
    ['/a/**/b', '/a/x/y/b', true],
    ['/a/**/b', '/ab', false],
    ['**/b', 'b', true],
    ['/a**b', '/a/x/b', true],
    ['/tmp/?', '/tmp/x', true],
    ['/tmp?x', '/tmp/x', false],
    ['/tmp[/]x', '/tmp/x', false],
    ['/tmp[!a]x', '/tmp/x', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[]]x', ']x', true],
    ['[a-]', '-', true],
    ['[z-a]', 'b', false],
    ['[ab', '[ab', true],
    ['{/a/*,/b}', '/a/x', true],
    ['{/a/*,/b}', '/b', true],
    ['{/a/*,/b}', '/c', false],
    ['{/a\\,b}', '/a,b', true],
    ['/{a,b}', '/a', false],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['a.c', 'abc', false],
    ['(a|b)+', '(a|b)+', true],
    ['*', 'a\nb', true],
    ['', '', true],
    ['?', '😀', true],
    ['/a/**/b', '/a/xb', false],
    ['**/**/b', 'a/b', true],
    ['/a/**', '/a/', true],
    ['/a/**', '/a', false],
    [`${'*a'.repeat(30)}b`, 'a'.repeat(4000), false],
  ])('%s on %j: %s', (glob, path, expected) => {
    expect(compileGlob(glob)(path)).toBe(expected);
  });

  it('never throws, and a path without special characters matches itself alone', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (glob, path) => typeof compileGlob(glob)(path) === 'boolean'));
    const plain = fc.stringMatching(/^[a-z/.+(){}|$^ -]*$/);
    fc.assert(fc.property(plain, plain, (a, b) => compileGlob(a)(b) === (a === b)));
  });

  it("agrees with the C library's fnmatch(3), by way of python3, where it has no **", ({ skip }) => {
    const probe = spawnSync('python3', ['-c', 'import ctypes; ctypes.CDLL(None).fnmatch']);
    if (probe.status !== 0) skip('python3 with ctypes is not here');
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', '/', '-', '.'), { maxLength: 6 })
      .map((parts) => parts.join(''));
    const glob = fc
      .array(fc.constantFrom('a', 'b', '/', '*', '?', '[a-b]', '[!a]', '[ac]', '\\*', '.'), { maxLength: 6 })
      .map((parts) => parts.join('').replace(/\*\*+/g, '*'));
    const cases = fc.sample(fc.tuple(glob, text), { numRuns: 3000, seed: 7 });
    const script =
      'import ctypes,json,sys\nf=ctypes.CDLL(None).fnmatch\nprint(json.dumps([f(g.encode(),t.encode(),1)==0 for g,t in json.load(sys.stdin)]))';
    const { stdout } = spawnSync('python3', ['-c', script], { input: JSON.stringify(cases), encoding: 'utf8' });
    const theirs: boolean[] = JSON.parse(stdout);
    const different = cases.filter(([pattern, path], i) => compileGlob(pattern)(path) !== theirs[i]);
    expect(different).toEqual([]);
    expect(theirs.filter(Boolean).length).toBeGreaterThan(100);
  });
});
