import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TreeImage } from '../../../src/enclosure/tree-image.ts';
import { WorkTree } from '../../../src/enclosure/work-tree.ts';
import { readXattrs, tryXattrs } from '../../../src/linux/xattrs.ts';

let scratch: string;
let input: string;
let work: string;
beforeEach(() => {
  // As in an enclosure, which keeps its trees in memory.
  scratch = mkdtempSync('/dev/shm/renacer-work-tree-');
  input = path.join(scratch, 'input');
  work = path.join(scratch, 'work');
  mkdirSync(input);
  mkdirSync(work);
});
afterEach(() => rmSync(scratch, { recursive: true }));

/** Of xattr `system.posix_acl_access`: the owner, user 65534, the group, the mask, others. */
const ACL =
  '02000000' + '01000600ffffffff' + '02000400feff0000' + '04000400ffffffff' + '10000400ffffffff' + '20000000ffffffff';

/** All that is to be the same of two trees: a line an entry. */
function described(directory: string): string[] {
  const lines: string[] = [];
  const inodes = new Map<number, string>();
  const visit = (at: Buffer, shown: string): void => {
    const stats = lstatSync(at, { bigint: true });
    const first = inodes.get(Number(stats.ino)) ?? shown;
    if (!stats.isDirectory()) inodes.set(Number(stats.ino), first);
    const what = stats.isSymbolicLink()
      ? readlinkSync(at, 'latin1')
      : stats.isFile()
        ? readFileSync(at, 'latin1')
        : String(stats.mode & 0o170000n);
    lines.push([shown, stats.mode.toString(8), stats.uid, stats.mtimeNs, first, what].join(' '));
    if (!stats.isDirectory()) return;
    for (const name of readdirSync(at, 'buffer').sort(Buffer.compare)) {
      visit(Buffer.concat([at, Buffer.from('/'), name]), `${shown}/${name.toString('latin1')}`);
    }
  };
  visit(Buffer.from(directory), '.');
  return lines;
}

const made = (): WorkTree => WorkTree.create(work, TreeImage.read(input));
const told = (tree: WorkTree): string[] =>
  tree.changes().map(({ path: at, before, after }) => `${before?.type ?? '-'} ${after?.type ?? '-'} ${at}`);

function makeInput(): void {
  mkdirSync(path.join(input, 'sub/empty'), { recursive: true });
  writeFileSync(path.join(input, 'a'), 'a file\n');
  writeFileSync(path.join(input, 'sub/b'), 'x'.repeat(20_000), { mode: 0o640 });
  linkSync(path.join(input, 'a'), path.join(input, 'sub/also-a'));
  symlinkSync('../a', path.join(input, 'sub/link'));
  symlinkSync('nowhere', path.join(input, 'dangling'));
  writeFileSync(Buffer.concat([Buffer.from(`${input}/odd-`), Buffer.from([0xff, 0xfe])]), 'odd');
  execFileSync('mkfifo', [path.join(input, 'sub/fifo')]);
  writeFileSync(path.join(input, 'locked'), 'secret', { mode: 0o000 });
  chmodSync(path.join(input, 'sub/empty'), 0o500);
  utimesSync(path.join(input, 'a'), 1, 1_000_000_000.25);
  const sparse = openSync(path.join(input, 'sparse'), 'w');
  closeSync(sparse);
  truncateSync(path.join(input, 'sparse'), 1_000_000);
}

/** What a program may do to its files, in shell. */
const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  'echo more >> a': ['file file a', 'file file sub/also-a'],
  'cat a sub/b sub/also-a; ls -lR': [],
  'printf "A file\\n" > a.new; mv a.new a': ['file file a'],
  'rm -rf sub': [
    'directory - sub',
    'file - sub/also-a',
    'file - sub/b',
    'directory - sub/empty',
    'other - sub/fifo',
    'symlink - sub/link',
  ],
  'mv sub other; ln -s other sub': [
    '- directory other',
    '- file other/also-a',
    '- file other/b',
    '- directory other/empty',
    '- other other/fifo',
    '- symlink other/link',
    'directory symlink sub',
    'file - sub/also-a',
    'file - sub/b',
    'directory - sub/empty',
    'other - sub/fifo',
    'symlink - sub/link',
  ],
  'rm a; mkdir a; touch a/in': ['file directory a', '- file a/in'],
  'ln -f sub/b a': ['file file a'],
  'ln -sf elsewhere sub/link': ['symlink symlink sub/link'],
  'chmod 000 sub a': ['file file a', 'directory directory sub', 'file file sub/also-a'],
  'touch a': ['file file a', 'file file sub/also-a'],
  'touch sub': [],
  'mkfifo p; mkdir -p d/e/f; echo > d/e/f/g': [
    '- directory d',
    '- directory d/e',
    '- directory d/e/f',
    '- file d/e/f/g',
    '- other p',
  ],
  'rm *odd*': ['file - odd-\\xff\\xfe'],
  'truncate -s 0 sub/b': ['file file sub/b'],
  'chown 12:34 a': [],
  'mkdir shut; touch shut/in; chmod 0 shut shut/in': ['- directory shut', '- file shut/in'],
};

describe('a work tree', () => {
  it('is a copy of its input', () => {
    makeInput();
    const before = described(input);
    const tree = made();
    expect(described(work)).toEqual(before);
    expect(told(tree)).toEqual([]);
    expect(lstatSync(path.join(work, 'sparse')).blocks).toBe(0);
    tree.close();
  });

  it.each(Object.entries(OPERATIONS))('tells of and undoes: %s', (script, changes) => {
    makeInput();
    const before = described(input);
    const tree = made();
    execFileSync('sh', ['-c', script], { cwd: work });
    expect(told(tree)).toEqual(changes);
    tree.restore();
    expect(described(work)).toEqual(before);
    expect(told(tree)).toEqual([]);
    tree.close();
  });

  it('is made the same again after any of those, in any order', () => {
    makeInput();
    const before = described(input);
    const tree = made();
    const scripts = fc.array(fc.constantFrom(...Object.keys(OPERATIONS)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(scripts, fc.boolean(), (chosen, looks) => {
        execFileSync('sh', ['-c', `{ ${chosen.join('; ')}; } >/dev/null 2>&1; true`], { cwd: work });
        if (looks) tree.changes();
        tree.restore();
        expect(described(work)).toEqual(before);
        expect(told(tree)).toEqual([]);
        tree.restore();
      }),
    );
    tree.close();
  });

  it('notices what was written through shared memory, which leaves no time', () => {
    makeInput();
    const tree = made();
    const script = `import mmap,sys
f=open('sub/b','r+b'); m=mmap.mmap(f.fileno(),0); m[5]; m[5]=65; m.close()`;
    for (let round = 0; round < 2; round++) {
      execFileSync('python3', ['-c', script], { cwd: work });
      expect(told(tree)).toEqual(['file file sub/b']);
      tree.restore();
      expect(readFileSync(path.join(work, 'sub/b'), 'utf8')).toBe('x'.repeat(20_000));
    }
    tree.close();
  });

  it('does not write through a link that stands where a directory was', () => {
    mkdirSync(path.join(input, 'd'));
    writeFileSync(path.join(input, 'd/f'), 'mine');
    const outside = path.join(scratch, 'outside');
    mkdirSync(outside);
    writeFileSync(path.join(outside, 'f'), 'not mine');
    const tree = made();
    rmSync(path.join(work, 'd'), { recursive: true });
    symlinkSync(outside, path.join(work, 'd'));
    expect(told(tree)).toEqual(['directory symlink d', 'file - d/f']);
    tree.restore();
    expect(readFileSync(path.join(outside, 'f'), 'utf8')).toBe('not mine');
    expect(described(work)).toEqual(described(input));
    tree.close();
  });

  it('tells of a file that only grew, gives its bytes, and leaves out what is not asked for', () => {
    writeFileSync(path.join(input, 'log'), 'one\n');
    writeFileSync(path.join(input, 'data'), 'one\n');
    const tree = WorkTree.create(work, TreeImage.read(input), { ignores: (at) => at === 'cache' });
    writeFileSync(path.join(work, 'log'), 'one\ntwo\n');
    writeFileSync(path.join(work, 'data'), 'two\none\n');
    writeFileSync(path.join(work, 'cache'), 'x');
    expect(tree.changes().map(({ path: at, grown }) => [at, grown])).toEqual([
      ['data', undefined],
      ['log', true],
    ]);
    expect(Buffer.from(tree.contents('log')!).toString()).toBe('one\ntwo\n');
    expect(tree.contents('nothing')).toBeUndefined();
    tree.restore();
    expect(readdirSync(work).sort()).toEqual(['data', 'log']);
    tree.close();
  });

  it('copies extended attributes, ACLs and capabilities, tells of other ones, and puts them back', () => {
    writeFileSync(path.join(input, 'f'), 'x', { mode: 0o640 });
    mkdirSync(path.join(input, 'd'));
    const at = (directory: string, name: string): Buffer => Buffer.from(path.join(directory, name));
    const acl = Buffer.from(ACL, 'hex');
    const wanted = new Map([
      ['system.posix_acl_access', acl],
      ['user.kept', Buffer.from('yes')],
    ]);
    expect(tryXattrs(at(input, 'f'), wanted)).toBe(true);
    expect(tryXattrs(at(input, 'd'), new Map([['user.of', Buffer.from('directory')]]))).toBe(true);
    const tree = made();
    expect(readXattrs(at(work, 'f'))).toEqual(wanted);
    expect(readXattrs(at(work, 'd')).get('user.of')?.toString()).toBe('directory');
    expect(tree.changes()).toEqual([]);
    expect(tryXattrs(at(work, 'f'), new Map([['user.kept', Buffer.from('no')]]))).toBe(true);
    expect(tryXattrs(at(work, 'd'), new Map())).toBe(true);
    expect(tree.changes().map(({ path: name, before, after }) => [name, before?.xattrs, after?.xattrs])).toEqual([
      ['d', 'user.of=6469726563746f7279', undefined],
      ['f', `system.posix_acl_access=${acl.toString('hex')} user.kept=796573`, 'user.kept=6e6f'],
    ]);
    tree.restore();
    expect(readXattrs(at(work, 'f'))).toEqual(wanted);
    expect(readXattrs(at(work, 'd')).size).toBe(1);
    expect(lstatSync(path.join(work, 'f')).mode & 0o777).toBe(0o640);
    expect(tree.changes()).toEqual([]);
    tree.close();
  });

  it('refuses an input that is too large, in words', () => {
    writeFileSync(path.join(input, 'large'), Buffer.alloc(3 * 2 ** 20));
    const read = (): TreeImage => TreeImage.read(input, { limits: { maxBytes: 2 ** 20, maxEntries: 10 } });
    expect(read).toThrow(expect.objectContaining({ code: 'INPUT_TOO_LARGE' }));
    rmSync(path.join(input, 'large'));
    for (let n = 0; n < 10; n++) writeFileSync(path.join(input, String(n)), '');
    expect(read).toThrow(/more than 10 files/);
    expect(() => TreeImage.read(path.join(input, 'nothing'))).toThrow(
      expect.objectContaining({ code: 'INPUT_UNREADABLE' }),
    );
  });
});
