import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compilePath, namesOf, namesOfOpen } from '../../../src/faults/path-matcher.ts';

const ROOT = realpathSync(mkdtempSync(path.join(tmpdir(), 'renacer-paths-')));
mkdirSync(path.join(ROOT, 'real/sub'), { recursive: true });
writeFileSync(path.join(ROOT, 'real/data.db'), '');
symlinkSync('real', path.join(ROOT, 'link'));
symlinkSync('real/data.db', path.join(ROOT, 'alias.db'));
symlinkSync('real/none', path.join(ROOT, 'dangling'));

afterAll(() => rmSync(ROOT, { recursive: true }));

/** Whether a call that names a file, relative to ROOT or not, is about what a glob says there. */
const meets = (glob: string, file: string): boolean =>
  namesOf(file.startsWith('/') ? file : `${ROOT}/${file}`).some(compilePath(glob, ROOT));

describe('the paths of a rule', () => {
  it.each([
    ['o.txt', 'o.txt'],
    ['./o.txt', 'o.txt'],
    ['o.txt', './o.txt'],
    ['nowhere/../o.txt', 'o.txt'],
    ['o.txt', 'real/../o.txt'],
    ['*.txt', 'o.txt'],
    ['real/*', 'real/data.db'],
    ['link/*.db', 'real/data.db'],
    ['real/*.db', 'link/data.db'],
    ['alias.db', 'real/data.db'],
    ['real/data.db', 'alias.db'],
    ['real/none', 'dangling'],
    ['link/new', 'real/new'],
    ['real/new/deep', 'link/new/deep'],
    ['**/data.db', 'link/data.db'],
    ['real/**', 'real/sub/x'],
    ['/**/x', '/a/b/x'],
    ['../*/o.txt', 'o.txt'],
    ['a\\*b', 'a*b'],
  ])('%s is about %s', (glob, file) => {
    expect(meets(glob, file)).toBe(true);
  });

  it.each([
    ['o.txt', 'sub/o.txt'],
    ['o.txt', 'o.txt2'],
    ['*.txt', 'real/o.txt'],
    ['a\\*b', 'axb'],
    ['real/data.db', 'real/data'],
    ['/o.txt', 'o.txt'],
  ])('%s is not about %s', (glob, file) => {
    expect(meets(glob, file)).toBe(false);
  });

  it('begin where the command begins, not where we are', () => {
    expect(compilePath('o.txt', '/somewhere')('/somewhere/o.txt')).toBe(true);
    expect(compilePath('o.txt', '/some[w]here')('/some[w]here/o.txt')).toBe(true);
    expect(compilePath('o.txt', '/some[w]here')('/somewhere/o.txt')).toBe(false);
  });

  it('may be one of several', () => {
    expect([meets('{link/x,real/*.db}', 'real/x'), meets('{link/x,real/*.db}', 'link/data.db')]).toEqual([true, true]);
    expect(meets('{link/x,real/*.db}', 'x')).toBe(false);
  });

  it('of an open file hold when it is gone, too', () => {
    expect(namesOfOpen('/d/f (deleted)')).toEqual(['/d/f (deleted)', '/d/f']);
    expect(namesOfOpen('/d/f')).toEqual(['/d/f']);
  });
});
